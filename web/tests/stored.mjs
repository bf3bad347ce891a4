/** Runs in a page: the names of all that is stored there, and every byte of it as one text. */
export async function everythingStored() {
  const done = (request) => new Promise((resolve, reject) => ([request.onsuccess, request.onerror] = [() => resolve(request.result), reject]));
  const [stores, found] = [[], [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.cookie]];
  const db = await done(indexedDB.open('sampan'));
  const reading = db.transaction([...db.objectStoreNames]);
  for (const name of db.objectStoreNames) {
    const store = reading.objectStore(name);
    const [names, values] = [await done(store.getAllKeys()), await done(store.getAll())];
    if (name === 'outside') stores.push(...names.map((one) => `outside:${one}`));
    else if (names.length > 0) stores.push(name);
    for (const one of [...names, ...values]) {
      const isBytes = one instanceof ArrayBuffer || ArrayBuffer.isView(one);
      found.push(isBytes ? String.fromCharCode(...new Uint8Array(one)) : JSON.stringify(one));
    }
  }
  db.close();
  // Of what the service worker keeps, only the app's own files may be there.
  for (const name of await caches.keys()) {
    for (const { url } of await (await caches.open(name)).keys()) found.push(url);
  }
  return { stores, bytes: found.join('\n') };
}
