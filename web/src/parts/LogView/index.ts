export { LevelWord } from './LevelWord';
export { LogView } from './LogView';
export type { ShownLine } from './types';
