import { plural } from '../../format/numbers';

export const words = {
  title: 'Modules',
  note: 'The programs of the tasks. A new version runs only when somebody activates it.',
  table: 'Modules of the tasks',
  task: 'Task',
  active: 'Active',
  version: (version: number, own: string) =>
    own === '' ? `version ${version}` : `version ${version} (${own})`,
  since: 'Added',
  origin: 'Origin',
  origins: { built_in: 'with the program', uploaded: 'uploaded', watched: 'from the folder' },
  hash: 'Hash',
  size: 'Size',
  versions: 'Versions',
  needs: 'Needs a look',
  newer: 'newer version not active',
  awaits: 'manifest not accepted',
  quarantined: 'in quarantine',
  pinned: (users: number) => `${plural(users, 'user')} pinned`,
  noneActive: 'none active',
  emptyTitle: 'There is no module',
  emptyText: 'Modules come with the program and with tasks that are added.',
  fine: 'in order',
} as const;
