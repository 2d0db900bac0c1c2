// Where the app is: one level above this page, also behind the prefix of a proxy.

const ROOT = new URL("..", location.href);

/** Whether something stands between this page and the server: it then sees another path than "/_page/". */
export const proxied = !location.pathname.startsWith("/_page/");

/** The address of a path of this server, such as "/stream?pace=1". Throws an Error, in words, for any other. */
export function address(path) {
  const relative = path.trim().replace(/^\/+/, "");
  if (URL.canParse(relative, ROOT)) {
    const url = new URL(relative, ROOT);
    if (url.origin === ROOT.origin && url.pathname.startsWith(ROOT.pathname)) return url;
  }
  throw new Error(`“${path}” is not on this server. Give a path such as /stream.`);
}
