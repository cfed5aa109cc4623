export const words = {
  cancel: 'Cancel',
  close: 'Close',
  sending: 'Sending…',
  hold: (verb: string) => `Hold to ${verb.charAt(0).toLowerCase()}${verb.slice(1)}`,
  typeName: (name: string) => `Type ${name} to go on`,
  unexplained: 'It was not answered. Look whether it was done before you try again.',
} as const;
