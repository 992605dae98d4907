const loopbackName = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** True if a URL's host can only be this machine. */
export function isLoopback(origin: string): boolean {
  return loopbackName.test(new URL(origin).hostname);
}
