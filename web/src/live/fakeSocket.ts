import type { Socket } from './stream';

/** What stands in for the connection in tests: it notes what it was opened with, and says what a test has it say. */
export class FakeSocket implements Socket {
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  isClosed = false;

  constructor(readonly query: string) {}

  close() {
    this.isClosed = true;
  }

  says(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}
