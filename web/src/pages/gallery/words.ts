export const words = {
  title: 'Gallery',
  note: 'Every shared part, with made-up values. Not part of a release.',
  dark: 'Dark',
  light: 'Light',
  system: 'As the system',
  theme: 'Theme',
} as const;
