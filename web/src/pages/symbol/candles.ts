import type { Interval } from '../../api/market';

/** Bars that the chart of a share shows. */
export const COUNT = 120;

/** The length of a bar before somebody chooses another. */
export const FIRST_INTERVAL: Interval = '1d';
