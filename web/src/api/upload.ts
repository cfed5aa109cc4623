import { answered } from './client';
import { pressed } from './press';

/**
 * Sends a component and tells how much of it has left. `fetch` cannot tell that, so it is the older way to ask.
 * `onProgress` gets a ratio; at 1 the daemon has all of it and checks and compiles it.
 */
export function uploadComponent<T>(
  path: string,
  component: Blob,
  onProgress: (ratio: number) => void,
): Promise<T> {
  return answered<T>(send<T>(path, component, onProgress));
}

function send<T>(path: string, component: Blob, onProgress: (ratio: number) => void) {
  return new Promise<{ data?: T; error?: unknown; response: Response }>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    for (const [name, value] of Object.entries(pressed())) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.upload.onload = () => onProgress(1);
    request.onerror = () => reject(new Error('the connection broke'));
    request.onload = () => {
      const response = responseOf(request);
      const body = bodyOf<T>(request);
      // What cannot be read comes from something in between, also where it says that all went well.
      if (response.ok && body !== null) resolve({ data: body, response });
      else resolve({ error: body, response });
    };
    request.send(component);
  });
}

function responseOf(request: XMLHttpRequest): Response {
  const retryAfter = request.getResponseHeader('retry-after');
  const headers = new Headers(retryAfter === null ? {} : { 'retry-after': retryAfter });
  return new Response(null, { status: request.status, headers });
}

/** A proxy in between may answer with a page of its own. */
function bodyOf<T>(request: XMLHttpRequest): T | null {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return null;
  }
}
