const SIGNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Texts are joined in pieces: one of megabytes, made sign by sign, is slow everywhere. */
const PIECE = 3 * 1024;

/** Bytes as base64 (RFC 4648). Made here, for no two hosts agree on how it is asked for. */
export function writeBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; start += PIECE) {
    pieces.push(writePiece(bytes, start, Math.min(bytes.length, start + PIECE)));
  }
  return pieces.join('');
}

function writePiece(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i += 3) {
    const three = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += SIGNS.charAt(three >> 18) + SIGNS.charAt((three >> 12) & 63);
    text += i + 1 < end ? SIGNS.charAt((three >> 6) & 63) : '=';
    text += i + 2 < end ? SIGNS.charAt(three & 63) : '=';
  }
  return text;
}
