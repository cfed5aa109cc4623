import type { ModuleVersion } from '../../api/schema';

/** What a module says of itself, with its capabilities as grants name them; nothing when that was damaged. */
export function infoOf({ info }: Pick<ModuleVersion, 'info'>) {
  return {
    name: info?.name ?? '',
    version: info?.version ?? '',
    kind: info?.kind ?? '',
    capabilities: info?.capabilities.map(capabilityName) ?? [],
  };
}

/** `BrokerTrade` as grants write it: broker-trade. */
export function capabilityName(text: string): string {
  return text
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
}

export function shortHash(hash: string): string {
  return hash.slice(0, 12);
}
