import { type AddressInfo, createServer, type Socket } from 'node:net';

export const USER = 'prahari';
export const PASSWORD = 'smtppasswordXQZW';

/** A message that the server took. */
export interface TakenMail {
  to: string;
  /** Headers and text. */
  text: string;
}

/** A mail server on this machine (RFC 5321, RFC 4954), without TLS: it takes mail from who is logged in. */
export interface FakeSmtp {
  port: number;
  /** In the order in which they came. */
  taken: readonly TakenMail[];
  /** What it says to the next RCPT, such as `550 5.1.1 unknown`. */
  refuse(line: string): void;
  stop(): Promise<void>;
}

interface Session {
  isKnown: boolean;
  to: string;
  /** Lines of the text that is being sent. */
  text: string[] | null;
}

export async function startSmtp(): Promise<FakeSmtp> {
  const taken: TakenMail[] = [];
  const refusals: string[] = [];
  const sockets = new Set<Socket>();
  const login = Buffer.from(`\0${USER}\0${PASSWORD}`).toString('base64');

  const command = (session: Session, line: string): string => {
    if (line.startsWith('EHLO ')) return '250-mail.test\r\n250-8BITMIME\r\n250 AUTH PLAIN';
    if (line.startsWith('AUTH PLAIN ')) {
      session.isKnown = line === `AUTH PLAIN ${login}`;
      return session.isKnown ? '235 2.7.0 welcome' : '535 5.7.8 wrong name or password';
    }
    if (line === 'QUIT') return '221 2.0.0 bye';
    if (!session.isKnown) return '530 5.7.0 log in first';
    if (line.startsWith('MAIL FROM:')) return '250 2.1.0 go on';
    if (line.startsWith('RCPT TO:')) {
      session.to = /<(.*?)>/.exec(line)?.[1] ?? '';
      return refusals.shift() ?? '250 2.1.5 go on';
    }
    if (line === 'DATA') {
      session.text = [];
      return '354 end with a dot';
    }
    return '500 5.5.2 what?';
  };
  /** What is said to a line; nothing to one of a text. */
  const answer = (session: Session, line: string): string | null => {
    if (session.text === null) return command(session, line);
    if (line !== '.') {
      session.text.push(line.replace(/^\./, ''));
      return null;
    }
    taken.push({ to: session.to, text: session.text.join('\n') });
    session.text = null;
    return '250 2.0.0 taken';
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // A client that leaves in the middle is no fault of the test.
    socket.on('error', () => socket.destroy());
    const session: Session = { isKnown: false, to: '', text: null };
    let left = '';
    socket.setEncoding('utf8');
    socket.write('220 mail.test ESMTP\r\n');
    socket.on('data', (piece: string) => {
      const lines = (left + piece).split('\r\n');
      left = lines.pop() ?? '';
      for (const line of lines) {
        const said = answer(session, line);
        if (said !== null) socket.write(`${said}\r\n`);
        if (line === 'QUIT') socket.end();
      }
    });
  });
  const port = await new Promise<number>((listens, fails) => {
    server.once('error', fails);
    server.listen(0, '127.0.0.1', () => listens((server.address() as AddressInfo).port));
  });
  return {
    port,
    taken,
    refuse: (line) => void refusals.push(line),
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
