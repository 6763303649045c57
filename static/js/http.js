// One request to our own server; a refusal is an error that says why in words for people.

const TIMEOUT_MS = 20_000;
const UNREACHABLE = "서버에 연결할 수 없어요. 인터넷 연결을 확인해 주세요.";

export class Refusal extends Error {
  constructor(status, { detail, code } = {}) {
    super(typeof detail === "string" ? detail : "요청을 처리하지 못했어요. 잠시 후 다시 시도해 주세요.");
    this.status = status; // 0: the server was not reached
    this.code = code ?? "unknown";
  }
}

/** Send JSON and return JSON. Raises Refusal. */
export async function send(method, path, { body, token, key } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  if (key) headers["Idempotency-Key"] = key;
  const response = await reach(path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(response.status, answer);
  return answer;
}

async function reach(path, options) {
  try {
    return await fetch(path, options);
  } catch {
    throw new Refusal(0, { detail: UNREACHABLE, code: "unreachable" });
  }
}
