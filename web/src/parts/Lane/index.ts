export { Lane, LaneAxis, type LaneSlot, type LaneTicks } from './Lane';
