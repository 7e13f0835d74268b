/**
 * The line that a process is started with: its configuration. What follows it, which is nothing, is left in the stream, whose end is the
 * death of whoever holds the other one.
 * @throws when the stream ends before the line does
 */
export function readLine(stream: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const onData = (chunk: string): void => {
      text += chunk;
      if (!text.endsWith('\n')) return;
      stream.off('data', onData);
      stream.off('close', onClose);
      resolve(text);
    };
    const onClose = (): void =>
      reject(new Error('the configuration did not come: whoever started this died'));
    stream.setEncoding('utf8');
    stream.on('data', onData);
    stream.on('close', onClose);
    // Reading goes on afterwards: an end is noticed only by who reads.
    stream.resume();
  });
}
