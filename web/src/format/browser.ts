const BROWSERS = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
] as const;

const SYSTEMS = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
] as const;

type Names = readonly (readonly [RegExp, string])[];

const first = (names: Names, agent: string) => names.find(([test]) => test.test(agent))?.[1];

/** `Firefox on Linux` of what a browser says about itself; the text itself where it says something else. */
export function browserOf(agent: string): string {
  const browser = first(BROWSERS, agent);
  const system = first(SYSTEMS, agent);
  if (!browser) return agent === '' ? 'Unknown program' : agent.slice(0, 40);
  return system ? `${browser} on ${system}` : browser;
}
