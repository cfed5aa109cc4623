/** The name of the broker at which money is made up. */
export const PAPER = 'paper';
