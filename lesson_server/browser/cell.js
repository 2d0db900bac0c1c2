// In a notebook's output: puts the page of the server in the place of the text, if this browser can reach it.
(async box => {
  const { port, query, height } = box.dataset;
  const LIMIT = 5000; // milliseconds
  const jupyter = document.getElementById("jupyter-config-data");
  // Not [::1]: the page says who may frame it, and a Content-Security-Policy cannot name that. There, the proxy helps.
  const local = /^(localhost|127\.0\.0\.1|.+\.localhost)$/.test(location.hostname);
  const places = local || !jupyter ? [`http://127.0.0.1:${port}/_page/`] : [];
  if (jupyter) places.push(`${location.origin}${JSON.parse(jupyter.textContent).baseUrl}proxy/${port}/_page/`);

  const SILENT =
    "The server did not answer in time. This browser may have six streams open to it: close some of them, or other " +
    "pages like this one, and run the cell again.";
  const GONE = "This server is not running any more. Run the cells again from the one which starts it.";
  const FAR =
    "This browser cannot reach the kernel's server. If the kernel runs on another machine, the way there is " +
    "jupyter-server-proxy, which does not answer here. The httpx cells of this notebook work without it. " +
    "If this notebook was opened again, run the cells first, from the one which starts the server.";

  const say = (...content) => box.firstElementChild.replaceChildren(...content);
  const theme = () => ({ true: "light", false: "dark" })[document.body.dataset.jpThemeLight] ?? "";

  // true; or why not: SILENT, GONE or FAR.
  const ask = async place => {
    try {
      const answer = await fetch(`${place}here`, { signal: AbortSignal.timeout(LIMIT) });
      if (answer.ok && (await answer.json()).page === "here") return true;
      return local || answer.status >= 500 ? GONE : FAR; // from 500 on, it is a proxy that found nobody
    } catch (error) {
      return error.name === "TimeoutError" ? SILENT : local ? GONE : FAR;
    }
  };

  const show = place => {
    const link = document.createElement("a");
    const frame = document.createElement("iframe");
    link.href = `${place}?${query}`;
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = "Open in a tab of its own";
    frame.src = `${link.href}&theme=${theme()}`;
    frame.title = "The page of this server";
    frame.style.cssText = `display: none; width: 100%; border: 0; height: ${height || 900}px`;
    box.append(frame);

    const late = setTimeout(() => say(SILENT), LIMIT);
    const dress = () => frame.contentWindow?.postMessage({ theme: theme() }, new URL(place).origin);
    new MutationObserver(dress).observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
    addEventListener("message", message => {
      // JupyterLab may take the box out of the document and put it back: the frame then begins anew.
      if (message.source !== frame.contentWindow || !box.isConnected) return;
      if (frame.style.display === "none") {
        clearTimeout(late);
        frame.style.display = "block";
        say(link);
      }
      dress();
      if (!height && message.data.height > 0) frame.style.height = `${message.data.height}px`;
    });
  };

  let why = FAR;
  for (const place of places) {
    const answer = await ask(place);
    if (answer === true) return show(place);
    if (why === FAR) why = answer;
  }
  say(why);
})(document.currentScript.parentElement);
