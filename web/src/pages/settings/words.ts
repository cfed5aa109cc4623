import type { PriceRunsBody } from '../../api/schema';
import { codeTitle } from '../../format/codes';
import { count, plural } from '../../format/numbers';

const POINTS = 'Runs that start from now on use what is saved here.';

export const words = {
  title: (name: string | undefined) => (name === undefined ? 'Settings' : `Settings of ${name}`),
  sections: 'Sections of the settings',
  ownTitle: 'Nobody sees this of somebody else',
  ownText: 'Password, tokens, authenticator and broker credentials belong to each user alone.',
  close: 'Close',
  soleUser: (text: string, name: string | undefined) =>
    name === undefined ? `${text}?` : `${text} for ${name}?`,

  strategy: {
    groups: [
      { title: 'When a share is bought and left', test: /^rsi_/ },
      { title: 'Size and number', test: /capital|order_value|portfolio|volume/ },
      { title: 'Chart quality', test: /^chart_/ },
      { title: 'The past of a share, and ranking', test: /^past_|score|rank/ },
      { title: 'Before the open', test: /./ },
    ],
    note: POINTS,
    reset: 'Back to all defaults',
    resetTitle: 'Bring every default of the strategy back',
    resetText: 'All values on this page become the defaults, for runs that start from then on.',
    resetNow: 'Bring defaults back',
  },

  limits: {
    own: 'Your own limits',
    ownNote:
      'Tighter than what the admin allows you. An empty field sets no limit of your own; the tighter of the two holds.',
    admin: (name: string) => `What ${name} is allowed`,
    adminNote: (name: string) =>
      `${name} can tighten these and never loosen them. An empty field brings the default back.`,
    asideOwn: (allowed: string, inForce: string) => `Allowed ${allowed}; in force ${inForce}`,
    asideAdmin: (own: string | null, inForce: string) =>
      own === null ? `In force ${inForce}` : `Own limit ${own}; in force ${inForce}`,
    noOwn: 'no own limit',
    loosenTitle: 'Let more through',
    loosen: 'Loosen the limits',
    loosenText: 'Tasks may do more with the next order:',
    tightensToo: 'The other changes tighten and are saved together with these.',
    change: (label: string, before: string, after: string) => `${label}: ${before} → ${after}`,
  },

  trading: {
    held: 'What is sent',
    heldNote: 'Of everything that restricts, the strictest holds. Cancellations always pass.',
    state: 'State',
    because: (state: string, source: string) => `${codeTitle(state)}, ${source.toLowerCase()}`,
    since: 'Since',
    by: (name: string) => `by ${name}`,
    lift: (by: string) => (by === 'admin' ? 'Only an admin lifts this.' : 'The user lifts this.'),
    choice: (name: string | undefined) =>
      name === undefined ? 'Your own state' : `State that you set for ${name}`,
    choiceNote: (name: string | undefined) =>
      name === undefined
        ? 'Holds from the next order on. What an admin has set holds all the same.'
        : `Holds from the next order on. ${name} is told and cannot take it back.`,
    set: { active: 'Active', reduce_only: 'Reduce-only', halted: 'Halted' },
    means: {
      active: 'Everything that the limits let through.',
      reduce_only: 'Sells of shares that are held, and fewer shares of open buys. No new buy.',
      halted: 'Cancellations only, no sell either: the kill switch.',
    },
    askTitle: (state: string, name: string | undefined) =>
      name === undefined ? `Set your trading to ${state}?` : `Set trading of ${name} to ${state}?`,
    ask: {
      active: 'Tasks may buy again at once, within the limits.',
      reduce_only:
        'Positions can be sold and no longer grow by new orders. Open buys stay at the broker: cancel them under Orders.',
      halted: 'Nothing is sent but cancellations. Open orders stay at the broker.',
    },
    confirm: {
      active: 'Set active',
      reduce_only: 'Set reduce-only',
      halted: 'Halt trading',
    },
    reason: 'Why; it is shown as long as the state holds',
  },

  capital: {
    title: 'Money of the paper account',
    paidIn: 'Paid in',
    paidInNote: 'withdrawals taken off',
    cash: 'Cash',
    cashNote: 'after charges',
    reserved: 'Reserved',
    reservedNote: 'for open buys',
    free: 'Free',
    freeNote: 'may be taken out',
    change: 'Pay in or take out',
    changeNote: 'Made-up money. Gains and losses are counted apart from it.',
    label: 'Capital paid in altogether',
    save: 'Change',
    pays: (amount: string) => `Pays in ${amount}.`,
    takes: (amount: string) => `Takes out ${amount}.`,
    tooMuch: (free: string) => `Only ${free} is free to be taken out.`,
    same: 'This is what is paid in now.',
    payTitle: (amount: string) => `Pay in ${amount}`,
    takeTitle: (amount: string) => `Take out ${amount}`,
    pay: 'Pay in',
    take: 'Take out',
    text: (total: string) => `The capital paid in is then ${total}.`,
  },

  priceRuns: {
    title: 'Also run when prices change',
    note: ({ is_pushed, most_a_minute, most_a_day }: PriceRunsBody) =>
      `Beside its ticks, while its session is on and a share that you hold changes its price: at most once a second and share, ${plural(most_a_minute, 'time')} a minute and ${plural(most_a_day, 'time')} a day. ${
        is_pushed
          ? 'Each such run costs what a tick costs, of the same budget of the day.'
          : 'The source of prices tells no changes by itself now, so nothing runs between two ticks.'
      }`,
    about: 'Takes effect with the next minute. Ticks go on as the schedule says.',
    today: 'Today',
    todayNote: 'What is left out is not made up for: the next change or tick sees the price.',
    runs: 'Runs on prices',
    of: (runs: number, most: number) => `${count(runs)} of ${count(most)}`,
    busy: 'Left out while something was executing',
    overMinute: (most: number) => `Left out beyond ${most} a minute`,
    overDay: 'Left out because the day had its runs',
    noneTitle: 'No task runs each minute',
    none: 'Only a task that runs each minute of a session can also run when prices change.',
  },

  messages: {
    title: 'What disturbs',
    note: 'Every message is kept and can be read under Alerts. These decide which of them disturb.',
    quiet: 'Quiet hours',
    quietNote:
      'IST. May reach across midnight. What comes in between goes to your channels when they end.',
    summary: 'Summary of the day',
    summaryNote:
      'What a trading date came to, net of charges. In quiet hours it waits for their end.',
  },

  account: {
    profile: 'You',
    name: 'Name',
    role: 'Rights',
    roles: { admin: 'Admin: everything of everybody', user: 'User: own things' },
    authenticator: 'Authenticator',
    totpOn: (codes: number) => `asked for at each log-in; ${plural(codes, 'recovery code')} left`,
    totpOff: 'not set up',
    ends: 'This log-in ends',
    password: 'Change the password',
    passwordNote: 'All other log-ins end at once.',
    present: 'Present password',
    keep: 'API tokens that go on',
    keepNote: 'All others are revoked.',
    changePassword: 'Change the password',
    changed: 'The password is changed; other log-ins have ended.',
    sessions: 'Log-ins',
    sessionsNote: 'Where you are logged in now.',
    where: 'Where',
    address: 'Address',
    since: 'Since',
    seen: 'Last seen',
    expires: 'Ends',
    thisOne: 'this browser',
    end: 'End',
    endTitle: 'End this log-in?',
    endThisTitle: 'Log out here?',
    endText: (where: string) => `${where} has to log in again.`,
    endConfirm: 'End the log-in',
    sending: 'Sending…',
  },

  tokens: {
    title: 'API tokens',
    note: 'For programs. A token does what you may do, within its scope.',
    add: 'New token',
    emptyTitle: 'No token',
    empty: 'A token lets a program use the API as you. It is shown once, when it is made.',
    name: 'Name',
    scope: 'Scope',
    scopes: {
      read: 'reads only',
      control: 'reads, starts, stops and changes',
      admin: 'everything that an admin may do',
    },
    created: 'Made',
    used: 'Last used',
    expires: 'Ends',
    state: 'State',
    never: 'never',
    states: { active: 'active', revoked: 'revoked', expired: 'ended' },
    revoke: 'Revoke',
    revokeTitle: (name: string) => `Revoke the token ${name}?`,
    revokeText: 'Programs that use it are refused from then on. This cannot be taken back.',
    days: 'Ends after days',
    daysHint: 'Empty: it does not end by itself.',
    create: 'Make the token',
    shownOnce: 'Copy it now: it is not shown again.',
    copy: 'Copy the token',
    done: 'I have it',
    newTitle: 'New API token',
  },

  totp: {
    title: 'Authenticator',
    onNote: 'A code is asked for at each log-in.',
    offNote: 'With one, a stolen password alone lets nobody in.',
    codesLeft: (count: number) => `${plural(count, 'recovery code')} left.`,
    fewCodes: 'Turn it off and on again to get new ones.',
    password: 'Present password',
    begin: 'Set up an authenticator',
    disable: 'Turn off',
    disableText: 'The password alone is then enough to log in.',
    scan: 'Scan this with the authenticator on your phone',
    orType: 'or type this secret into it:',
    qr: 'QR code for the authenticator',
    open: 'Open in an authenticator on this device',
    copySecret: 'Copy the secret',
    code: 'Code that it shows',
    codeHint: 'Six digits',
    enable: 'Turn on',
    codesTitle: 'Recovery codes',
    codesText:
      'Each lets you in once when the authenticator is lost. Keep them where your phone is not; they are not shown again.',
    copyCodes: 'Copy the codes',
    haveThem: 'I have kept them',
    cancel: 'Cancel',
  },

  session: {
    title: 'Broker',
    notes: {
      paper: 'You trade on paper. An admin has you trade with real money.',
      live: 'Orders cost real money. The first that needs the broker logs in; one login serves the day.',
    },
    broker: 'You trade over',
    money: 'Money',
    modes: { paper: 'made up', live: 'real' },
    code: 'One-time code',
    codeHint: 'Six digits of the authenticator that is registered with the broker',
    logIn: 'Log in at the broker',
    loggingIn: 'Logging in…',
    unblock: 'Allow logins again',
  },

  broker: {
    title: 'Broker credentials',
    note: (broker: string) => `For the log-in at ${broker}. Kept sealed; no page shows them again.`,
    setOn: 'set on',
    notSet: 'Nothing is set.',
    fields: {
      consumer_key: ['Consumer key', 'The access token of the trade API'],
      mobile: ['Mobile number', 'With country code, such as +910000000001'],
      ucc: ['Client code (UCC)', 'Unique client code at the broker'],
      mpin: ['MPIN', 'Six digits'],
      totp_secret: [
        'Authenticator secret',
        'In base32, as its app shows it: 16 characters or more. Without it you type a code each morning',
      ],
      outbound: [
        'Way out',
        'Address of the daemon’s machine, or http://HOST:PORT of a proxy, from which the broker takes your orders. Empty: as the machine goes',
      ],
    },
    replace: 'Set new credentials',
    replaceNote: 'They replace all that is set: what is left empty is not kept.',
    save: 'Save',
    saveTitle: 'Replace the credentials?',
    saveText: (lost: string) => `Not kept, because left empty: ${lost}.`,
    delete: 'Delete all',
    deleteTitle: 'Delete the broker credentials?',
    deleteText: 'The daemon cannot log in at the broker for you until you set new ones.',
    saved: 'Saved. The values are sealed.',
  },

  tasks: {
    title: 'Settings of tasks',
    note: POINTS,
    choose: 'Task',
    noneTitle: 'No task has settings of its own',
    none: 'Tasks that you add may describe settings; they appear here. What the built-in tasks use stands under Strategy.',
    noSchema: 'This version of the task describes no settings.',
    version: (module: number) => `as version ${module} of its module describes them`,
    problem: 'Runs are told no settings:',
    history: 'Who changed it',
    historyEmpty: 'Nobody has set anything; every setting has its default.',
    at: 'When',
    by: 'By',
    values: 'What was set',
    user: (id: number) => `user ${id}`,
    defaults: 'all defaults',
  },
} as const;
