export const words = {
  title: 'Log in to Prahari',
  name: 'Name',
  password: 'Password',
  code: 'Code',
  codeHint: 'Six digits of your authenticator, or a recovery code',
  logIn: 'Log in',
  loggingIn: 'Logging in…',
  waitBefore: 'Next attempt in ',
  demonstration: 'Demonstration: made-up users, a made-up market, no real money.',
  setUpPending:
    'Nobody can log in yet: this daemon has no admin. Open the set-up link that it printed when it started; it is in its log as well.',
  forgotten: 'Password forgotten? An admin can make you a link for a new one.',
  health: { failed: 'The daemon reports a failure:', unreachable: 'The daemon does not answer.' },

  setUpTitle: 'Make the first admin',
  setUpText: 'The admin sees and does everything on this daemon, and adds the other users.',
  setUp: 'Make the admin and log in',
  setUpAgain:
    'Start the daemon again: as long as it has no admin it prints a new link. If it has one, log in.',
  firstTitle: 'You are the admin',
  firstDemonstration:
    'This daemon was started as a demonstration: made-up users trade on a made-up market, and its clock runs fast. Nothing in it is real.',
  firstEmpty: (users: number) =>
    users > 1
      ? `This daemon runs on the real clock and trades on paper. It has ${users} users.`
      : 'This daemon runs on the real clock, trades on paper, and is empty: nobody trades until you add users and start their services.',
  firstOther: 'It stays what it was started as. To see a demonstration first, start another one:',
  firstOtherReal: 'It stays what it was started as. For your own books, start one with a database:',
  demonstrationCommand: 'prahari serve --demo --listen 127.0.0.1:8701',
  realCommand: 'prahari serve --db prahari.db',
  copyCommand: 'Copy the command',
  addUsers: 'Add users',
  toToday: 'To Today',
  resetTitle: 'Choose a new password',
  resetText: 'All log-ins and API tokens of yours end when it is changed.',
  reset: 'Change the password',
  newPassword: 'New password',
  repeat: 'The same again',
  different: 'The two passwords differ.',
  sending: 'Sending…',
  noToken: 'The link is not complete. Open it again, with all that follows the #.',
  changed: 'Your password is changed. Log in with it.',
  toLogIn: 'To the log-in',

  sessionEnded: 'Log in again',
  sessionEndedText: 'Your session has ended. The page below stays as it is, with what you typed.',
  otherUser: 'Log in as somebody else',
} as const;
