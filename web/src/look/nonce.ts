/** The nonce that the daemon has put into this very page; without it no library may add a style. */
export const pageNonce =
  document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? '';
