import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const TOKEN = '7654321:AAtelegramtokenXQZW-abcdefg';
export const BOT = 'prahari_test_bot';

/** A message that the bot has sent. */
export interface Sent {
  chat: number;
  text: string;
}

/**
 * Telegram's Bot API on this machine, as far as the console's tests use it: `getMe`, `getUpdates`, which forgets what is
 * before its offset and waits until something is written, and `sendMessage`, which a chat that has blocked the bot answers 403.
 */
export interface FakeTelegram {
  url: string;
  /** In the order in which they were sent. */
  sent: readonly Sent[];
  /** Somebody writes to the bot in a private chat. */
  write(chat: number, text: string): void;
  /** A chat blocks the bot, or takes it back. */
  block(chat: number, isBlocked: boolean): void;
  stop(): Promise<void>;
}

interface Update {
  update_id: number;
  message: object;
}

export async function startTelegram(): Promise<FakeTelegram> {
  const sent: Sent[] = [];
  const blocked = new Set<number>();
  let updates: Update[] = [];
  let next = 100;
  let waiting: ServerResponse | undefined;

  const succeed = (response: ServerResponse, result: unknown) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ok: true, result }));
  };
  const fail = (response: ServerResponse, code: number, description: string) => {
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ok: false, error_code: code, description }));
  };
  const give = () => {
    if (!waiting || updates.length === 0) return;
    succeed(waiting, updates);
    waiting = undefined;
  };
  const answers: Readonly<Record<string, (response: ServerResponse, body: string) => void>> = {
    getMe: (response) => succeed(response, { id: 7_654_321, is_bot: true, username: BOT }),
    getUpdates: (response, body) => {
      const { offset }: { offset: number } = JSON.parse(body);
      updates = updates.filter(({ update_id }) => update_id >= offset);
      waiting = response;
      give();
    },
    sendMessage: (response, body) => {
      const { chat_id, text }: { chat_id: number; text: string } = JSON.parse(body);
      if (blocked.has(chat_id)) {
        return fail(response, 403, 'Forbidden: bot was blocked by the user');
      }
      sent.push({ chat: chat_id, text });
      succeed(response, { message_id: 1 });
    },
  };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => {
      body += piece;
    });
    request.on('end', () => {
      const [, token, method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(request.url ?? '') ?? [];
      const answer = answers[method];
      if (token !== TOKEN) fail(response, 401, 'Unauthorized');
      else if (!answer) fail(response, 404, 'Not Found');
      else answer(response, body);
    });
  });
  const port = await new Promise<number>((listens, fails) => {
    server.once('error', fails);
    server.listen(0, '127.0.0.1', () => listens((server.address() as AddressInfo).port));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    sent,
    write: (chat, text) => {
      const message = { message_id: 1, date: 0, chat: { id: chat, type: 'private' }, text };
      updates.push({ update_id: next, message });
      next += 1;
      give();
    },
    block: (chat, isBlocked) => {
      if (isBlocked) blocked.add(chat);
      else blocked.delete(chat);
    },
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped());
        server.closeAllConnections();
      }),
  };
}
