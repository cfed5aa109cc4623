export const botWords = {
  title: 'Telegram',
  note: 'With a bot of this installation users have their messages in a chat. Make one with @BotFather and enter its token.',
  none: 'There is no bot. Users cannot connect chats.',
  bot: 'Bot',
  since: 'Since',
  token: 'Token',
  tokenHint: 'It is kept sealed and not shown again. Telegram is asked which bot it is.',
  save: 'Set the bot',
  remove: 'Remove',
  removeTitle: 'Remove the bot?',
  removeText: 'Chats stay connected, and their messages wait for another bot for a day.',
} as const;

export const mailServerWords = {
  title: 'E-mail',
  note: 'With a mail server users have their messages by e-mail. It is tried before it is kept.',
  none: 'There is no mail server. Users cannot add mailboxes.',
  host: 'Host',
  port: 'Port',
  security: 'Security',
  securities: {
    tls: 'TLS (usually port 465)',
    starttls: 'STARTTLS (usually port 587)',
    none: 'none, this machine only',
  },
  user: 'User',
  userHint: 'Left empty where the server asks for no log-in.',
  password: 'Password',
  passwordHint:
    'Left empty to keep the one of the same user at the same host. It is kept sealed and not shown again.',
  from: 'Messages are from',
  save: 'Try and set the server',
  remove: 'Remove',
  removeTitle: 'Remove the mail server?',
  removeText: 'Mailboxes stay channels, and their messages wait for another server for a day.',
  since: 'Since',
} as const;
