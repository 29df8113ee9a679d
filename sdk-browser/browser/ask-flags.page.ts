/** A page that asks for its flags once, by hand, and says in its title what it was told. */
export {};

const { url, key } = JSON.parse(document.querySelector('#given')?.textContent ?? '');
try {
  const response = await fetch(`${url}/ofrep/v1/evaluate/flags`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ context: { targetingKey: 'user-1' } }),
  });
  const { flags } = await response.json();
  document.title = `${response.status} ${flags.map((flag: { key: string }) => flag.key).join()}`;
} catch {
  document.title = 'refused';
}
