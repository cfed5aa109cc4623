/** Whether the daemon was last found not to answer, by a request or by the stream. */
let isAway = false;

export function noteAway(away: boolean): void {
  isAway = away;
}

export function seemsAway(): boolean {
  return isAway;
}
