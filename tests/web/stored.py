"""All that a browser keeps for the app."""

from playwright.sync_api import Page

_STORED = """async () => {
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise(done => { const it = indexedDB.open(name); it.onsuccess = () => done(it.result); });
    for (const store of db.objectStoreNames) {
      const all = db.transaction(store).objectStore(store);
      const read = it => new Promise(done => { it.onsuccess = () => done(it.result); });
      found.push(JSON.stringify([await read(all.getAllKeys()), await read(all.getAll())]));
    }
    db.close();
  }
  return found.join() + JSON.stringify({ ...sessionStorage }) + JSON.stringify({ ...localStorage });
}"""


def stored(page: Page) -> str:
    """Return what this browser keeps: its database, the tab's session, and the local storage."""
    return str(page.evaluate(_STORED))
