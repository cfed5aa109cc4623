import { count, plural } from '../../format/numbers';

export const channelWords = {
  title: 'Channels',
  note: (most: number, tests: number, waiting: number) =>
    `Every message that may disturb goes to each of these too. At most ${plural(most, 'channel')} and ${plural(tests, 'test')} an hour. Of many of a kind within minutes the first three come one by one and the others together; when more than ${waiting} messages wait for one, further ones are counted by kind.`,
  add: 'Add a webhook',
  emptyTitle: 'No channel',
  empty: 'Messages stay in the console until you add a channel.',
  name: 'Name',
  kind: 'Kind',
  kinds: { webhook: 'Webhook', telegram: 'Telegram', email: 'E-mail' },
  address: 'Goes to',
  open: 'Waiting',
  created: 'Added',
  test: 'Test',
  remove: 'Remove',
  removeTitle: (name: string) => `Remove the channel ${name}?`,
  removeText: (open: number) =>
    open === 0
      ? 'Messages do not go there any more.'
      : `Messages do not go there any more, and ${plural(open, 'message that waits is', 'messages that wait are')} given up.`,
  newTitle: 'New webhook',
  url: 'Address',
  urlHint: 'Begins with https://. It is kept sealed and not shown again.',
  create: 'Add the webhook',
  cancel: 'Cancel',
  shownOnce:
    'Each message is signed under this key, in the form of Standard Webhooks. Copy it now: it is not shown again.',
  copy: 'Copy the key',
  done: 'I have it',
  ended: (reason: string) => `Nothing is sent there: ${reason} A test tries it again.`,
} as const;

export const telegramWords = {
  add: 'Connect Telegram',
  title: 'Connect Telegram',
  intro: (bot: string) =>
    `Messages go to a chat with the bot @${bot}. In that chat you can also ask how things stand, and stop your orders.`,
  name: 'Name',
  create: 'Make a code',
  cancel: 'Cancel',
  open: 'Open Telegram',
  send: (bot: string) => `Or send this line to @${bot}:`,
  copy: 'Copy the line',
  expires: 'The code helps once, until',
  done: 'Done',
} as const;

export const mailWords = {
  add: 'Add a mailbox',
  title: 'New mailbox',
  name: 'Name',
  address: 'Address',
  addressHint: 'A code is sent there. The address is kept sealed and not shown again.',
  send: 'Send the code',
  sent: 'A code was sent. It helps for ten minutes.',
  code: 'Code',
  confirm: 'Add the mailbox',
  cancel: 'Cancel',
} as const;

export const deliveryWords = {
  title: 'Delivery log',
  note: 'What became of your messages on their way. One that fails is tried again for a day.',
  emptyTitle: 'Nothing was sent',
  empty: 'Messages to your channels appear here.',
  queued: 'Queued',
  state: 'State',
  states: { waiting: 'waiting', sending: 'sending', delivered: 'delivered', given_up: 'given up' },
  channel: 'Channel',
  message: 'Message',
  attempts: 'Attempts',
  more: (messages: number) => `and ${count(messages)} more of the kind.`,
  repeated: 'It may have come twice.',
  next: 'Next attempt',
} as const;
