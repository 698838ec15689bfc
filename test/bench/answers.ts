// What a host answers to reads of its API.

/** The JSON at an address. */
export async function answerOf(url: string) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`found ${answer.status} at ${url}`);
  return JSON.parse(await answer.text());
}

/** Position of the last event of a host's log. */
export async function positionOf(url: string): Promise<number> {
  const { position } = await answerOf(`${url}/log`);
  return position;
}
