// Without this the page works too; with it, what the bot says appears by itself.
const toEnd = () => { const list = document.getElementById("messages"); list.scrollTop = list.scrollHeight; };
const renew = async () => {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of ["messages", "form"]) {
    const shown = document.getElementById(id), next = fresh.getElementById(id);
    if (shown.dataset.version === next.dataset.version) continue;
    shown.replaceWith(next);
    if (id === "messages") toEnd();
  }
};
toEnd();
setInterval(() => document.hidden || renew().catch(() => {}), 700);
