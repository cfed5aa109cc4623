import type { ModuleVersion } from '../../api/schema';
import { listOf, recordOf, textOf } from '../../format/unknown';

interface ModuleInfo {
  name: string;
  version: string;
  kind: string;
  capabilities: string[];
}

/** What a module says of itself. */
export function infoOf({ info }: Pick<ModuleVersion, 'info'>): ModuleInfo {
  const said = recordOf(info);
  return {
    name: textOf(said.name),
    version: textOf(said.version),
    kind: textOf(said.kind),
    capabilities: listOf(said.capabilities).map(textOf).map(capabilityName),
  };
}

/** `BrokerTrade` and `broker_trade` as grants write it: broker-trade. */
export function capabilityName(text: string): string {
  return text
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
}

export function shortHash(hash: string): string {
  return hash.slice(0, 12);
}
