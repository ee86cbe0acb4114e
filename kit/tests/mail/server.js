// A mail server on a free port of the loopback. It prints its port, then a line of JSON for each
// letter that it gets and for each that it refuses.

import { SMTPServer } from "smtp-server";
import { simpleParser } from "mailparser";

const settings = JSON.parse(process.argv[2]);
const say = (line) => console.log(JSON.stringify(line));
const refusals = [...(settings.refusals ?? [])];

const refusal = (code) => {
  const error = new Error("not this one");
  error.responseCode = code;
  return error;
};

const server = new SMTPServer({
  secure: settings.tls === "implicit",
  key: settings.key,
  cert: settings.cert,
  hideSTARTTLS: settings.tls !== "starttls",
  authOptional: !settings.password,
  allowInsecureAuth: settings.tls === "none",
  onAuth(auth, session, done) {
    const good = auth.username === "portico" && auth.password === settings.password;
    if (!good) say({ refused: 535 });
    done(good ? null : refusal(535), { user: auth.username });
  },
  onRcptTo(address, session, done) {
    const code = refusals.shift();
    if (code) say({ refused: code });
    done(code ? refusal(code) : null);
  },
  async onData(stream, session, done) {
    const mail = await simpleParser(stream);
    say({
      mail: {
        secure: session.secure,
        user: session.user ?? null,
        from: mail.from.text,
        to: session.envelope.rcptTo.map((to) => to.address),
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        id: mail.messageId,
        automatic: mail.headers.get("auto-submitted"),
      },
    });
    done();
  },
});

server.on("error", () => {});
server.listen(settings.port ?? 0, "127.0.0.1", () => say({ port: server.server.address().port }));
