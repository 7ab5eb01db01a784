package org.domicile.sql;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.domicile.postgres.SqlError;
import org.domicile.request.Caller;
import org.jspecify.annotations.Nullable;

/**
 * One connection from its first byte to its last: greeting, TLS, login, messages. Its thread owns
 * it; {@link #cancel}, {@link #stuckSince}, {@link #attend} and {@link #cut} are for others.
 */
final class Connection implements Runnable {
    private static final System.Logger LOG = System.getLogger("org.domicile.sql");
    private static final int TLS_HANDSHAKE = 0x16;
    private static final String[] ALPN = {"postgresql"};

    /** A statement that takes longer is worth a look at its client. */
    private static final long LONG_NANOS = 1_000_000_000;

    private final SqlDoor door;
    private final Socket raw;
    private final int process;
    private final byte[] secret;
    private final Instant begun;
    private volatile Socket socket;
    private volatile @Nullable Outgoing outgoing;
    private volatile @Nullable Conversation conversation;
    private volatile @Nullable Ahead ahead;
    private volatile long busy; // since when, of System.nanoTime; 0 between messages
    private volatile String credential = "";
    private volatile String application = "";
    private volatile char state = 'I';
    private boolean secure;
    private boolean asked;

    Connection(SqlDoor door, Socket socket, int process, byte[] secret, Instant begun) {
        this.door = door;
        this.raw = socket;
        this.socket = socket;
        this.process = process;
        this.secret = secret;
        this.begun = begun;
    }

    int process() {
        return process;
    }

    /** Who is logged in; empty before. */
    String credential() {
        return credential;
    }

    Catalogue.Activity activity() {
        return new Catalogue.Activity(
                process,
                application,
                switch (state) {
                    case 'T' -> "idle in transaction";
                    case 'E' -> "idle in transaction (aborted)";
                    case 'A' -> "active";
                    default -> "idle";
                },
                begun);
    }

    /** Ends its statement, if the secret is its. Any thread. */
    void cancel(byte[] shown) {
        Conversation now = conversation;
        if (MessageDigest.isEqual(secret, shown) && now != null) {
            now.cancel();
        }
    }

    /** When a write began that the client does not take; 0 for none. */
    long stuckSince() {
        Outgoing out = outgoing;
        return out == null ? 0 : out.stuckSince();
    }

    /**
     * Looks whether the client of a statement that takes long is still there, and ends it when it
     * is not: nobody would take what it answers. Any thread.
     */
    void attend() {
        Conversation now = conversation;
        Ahead client = ahead;
        long since = busy;
        if (now != null && client != null && since != 0 && System.nanoTime() - since > LONG_NANOS) {
            client.watch(now::cancel);
        }
    }

    /** Ends it at once. Any thread. */
    void cut() {
        Conversation now = conversation;
        if (now != null) {
            now.cancel();
        }
        try {
            raw.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "a connection did not close: " + e);
        }
    }

    @Override
    public void run() {
        try {
            raw.setTcpNoDelay(true);
            raw.setSoTimeout(door.headMillis());
            serve();
        } catch (EOFException | SocketException | SocketTimeoutException | SSLException e) {
            LOG.log(Level.DEBUG, "connection " + process + " ended: " + e);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "connection " + process + " broke: " + e);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "connection " + process + " failed", e);
        } finally {
            Conversation now = conversation;
            if (now != null) {
                now.close();
            }
            cut();
            door.ended(this);
        }
    }

    private void serve() throws IOException {
        InputStream in = new BufferedInputStream(raw.getInputStream(), 16 << 10);
        Outgoing out = new Outgoing(raw.getOutputStream(), door::goes);
        outgoing = out;
        while (true) {
            int first = in.read();
            if (first < 0) {
                return;
            }
            if (first == TLS_HANDSHAKE && !asked && !secure && door.tls().isPresent()) {
                // PostgreSQL 17's clients may begin with TLS at once
                in = secured(new byte[] {(byte) first}, in, true);
                out = java.util.Objects.requireNonNull(outgoing);
                continue;
            }
            byte[] rest = in.readNBytes(3);
            if (rest.length < 3) {
                return;
            }
            int length =
                    ByteBuffer.wrap(new byte[] {(byte) first, rest[0], rest[1], rest[2]}).getInt();
            if (length < 8 || length > Startup.LONGEST) {
                fatal(out, Startup.violation("invalid length of startup packet"));
                return;
            }
            byte[] body = in.readNBytes(length - 4);
            if (body.length < length - 4) {
                return;
            }
            Startup startup;
            try {
                startup = Startup.parse(body);
            } catch (SqlError e) {
                fatal(out, e);
                return;
            }
            switch (startup) {
                case Startup.Gss _ -> out.single('N');
                case Startup.Tls _ -> {
                    if (asked || secure || door.tls().isEmpty()) {
                        asked = true;
                        out.single('N');
                        continue;
                    }
                    asked = true;
                    out.single('S');
                    if (in.available() > 0) {
                        // what came before the handshake was not protected by it (CVE-2021-23214)
                        fatal(
                                out,
                                Startup.violation("received unencrypted data after SSL request"));
                        return;
                    }
                    in = secured(new byte[0], in, false);
                    out = java.util.Objects.requireNonNull(outgoing);
                }
                case Startup.Cancel(int whose, byte[] shown) -> {
                    door.cancel(whose, shown);
                    return;
                }
                case Startup.Begin begin -> {
                    session(begin, in, out);
                    return;
                }
            }
        }
    }

    private InputStream secured(byte[] before, InputStream in, boolean direct) throws IOException {
        SSLContext context = door.tls().orElseThrow();
        // a buffered stream may hold more of the handshake than the first byte
        byte[] held = Arrays.copyOf(before, before.length + in.available());
        in.readNBytes(held, before.length, held.length - before.length);
        SSLSocket tls =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(raw, new ByteArrayInputStream(held), true);
        tls.setUseClientMode(false);
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setApplicationProtocols(ALPN);
        tls.setSSLParameters(parameters);
        tls.startHandshake();
        if (direct && !"postgresql".equals(tls.getApplicationProtocol())) {
            throw new SSLException("a direct TLS connection names no protocol postgresql");
        }
        socket = tls;
        secure = true;
        outgoing = new Outgoing(tls.getOutputStream(), door::goes);
        return new BufferedInputStream(tls.getInputStream(), 16 << 10);
    }

    private Optional<byte[]> binding() {
        if (!(socket instanceof SSLSocket tls)) {
            return Optional.empty();
        }
        var local = tls.getSession().getLocalCertificates();
        return local == null || local.length == 0 ? Optional.empty() : Scram.endPoint(local[0]);
    }

    // ---- errors ----

    private static void error(Outgoing out, String severity, SqlError e, int position)
            throws IOException {
        out.begin('E').int8('S').text(severity).int8('V').text(severity);
        out.int8('C').text(e.state()).int8('M').text(String.valueOf(e.getMessage()));
        if (!e.hint().isEmpty()) {
            out.int8('H').text(e.hint());
        }
        if (position > 0) {
            out.int8('P').text(Integer.toString(position));
        }
        out.int8(0).end();
    }

    private static void fatal(Outgoing out, SqlError e) throws IOException {
        error(out, "FATAL", e, 0);
        out.flush();
    }

    // ---- login ----

    private void session(Startup.Begin begin, InputStream stream, Outgoing out) throws IOException {
        Ahead client = new Ahead(stream);
        ahead = client;
        DataInputStream in = new DataInputStream(client);
        if (begin.minor() > 0 || !begin.unknown().isEmpty()) {
            out.begin('v').int32(3 << 16).int32(begin.unknown().size());
            begin.unknown().forEach(out::text);
            out.end();
        }
        Map<String, String> parameters = begin.parameters();
        String user = parameters.getOrDefault("user", "");
        if (user.isEmpty()) {
            fatal(
                    out,
                    new SqlError("28000", "no PostgreSQL user name specified in startup packet"));
            return;
        }
        String replication = parameters.getOrDefault("replication", "false");
        if (!replication.equals("false")
                && !replication.equals("0")
                && !replication.equals("off")) {
            fatal(out, new SqlError("0A000", "there is no replication here"));
            return;
        }
        if (door.full(this)) {
            fatal(out, new SqlError("53300", "sorry, too many clients already"));
            return;
        }
        if (!secure && !door.mayBeClear(raw.getInetAddress())) {
            fatal(
                    out,
                    new SqlError(
                            "28000",
                            "connect with TLS: a login must not travel in clear",
                            0,
                            "Set sslmode=require, or verify-full."));
            return;
        }
        Optional<Caller.Known> caller = admitted(user, in, out);
        if (caller.isEmpty()) {
            return;
        }
        credential = user;
        raw.setSoTimeout(0);
        begun(begin, caller.get(), in, out);
    }

    /** Nobody where the answer was given. */
    private Optional<Caller.Known> admitted(String user, DataInputStream in, Outgoing out)
            throws IOException {
        try {
            return login(user, in, out);
        } catch (SqlError e) {
            door.refused();
            fatal(out, e);
            return Optional.empty();
        }
    }

    /** SASL (section 55.3). @return nobody where the answer was given */
    private Optional<Caller.Known> login(String user, DataInputStream in, Outgoing out)
            throws IOException {
        if (!door.mayTry(raw.getInetAddress())) {
            throw new SqlError(
                    "28P01", "too many wrong logins from your address; try again in a minute");
        }
        Optional<byte[]> binding = binding();
        out.begin('R').int32(10);
        Scram.offered(binding).forEach(out::text);
        out.int8(0).end();
        out.flush();
        byte[] body = login(in);
        ByteBuffer message = ByteBuffer.wrap(body);
        String mechanism = mechanism(message);
        if (!Scram.offered(binding).contains(mechanism)) {
            throw new SqlError("08P01", "client selected an invalid SASL authentication mechanism");
        }
        byte[] nonce = new byte[18];
        door.random().nextBytes(nonce);
        Scram scram =
                new Scram(
                        door.guard().identity().verifier(user),
                        binding,
                        Base64.getEncoder().encodeToString(nonce));
        if (message.remaining() < 4 || message.getInt() != message.remaining()) {
            throw new SqlError("08P01", "malformed SCRAM message");
        }
        byte[] first = new byte[message.remaining()];
        message.get(first);
        sasl(out, 11, scram.first(mechanism, new String(first, StandardCharsets.UTF_8)));
        out.flush();
        Optional<String> last = scram.last(new String(login(in), StandardCharsets.UTF_8));
        Optional<Caller.Known> caller =
                last.isEmpty() ? Optional.empty() : door.guard().identity().caller(user);
        if (caller.isEmpty()) {
            door.wrong(raw.getInetAddress());
            throw new SqlError(
                    "28P01",
                    "password authentication failed for user \"" + user + "\"",
                    0,
                    "The user is an access key, the password its secret; temporary credentials"
                            + " cannot log in here.");
        }
        sasl(out, 12, last.get());
        out.begin('R').int32(0).end();
        return caller;
    }

    private static void sasl(Outgoing out, int step, String text) throws IOException {
        out.begin('R').int32(step).bytes(text.getBytes(StandardCharsets.US_ASCII)).end();
    }

    private static byte[] login(DataInputStream in) throws IOException {
        int kind = in.read();
        if (kind != 'p') {
            if (kind < 0) {
                throw new EOFException();
            }
            throw new SqlError("08P01", "expected SASL response, got message type " + kind);
        }
        int length = in.readInt();
        if (length < 4 || length > Frontend.LONGEST_LOGIN) {
            throw new SqlError("08P01", "invalid message length");
        }
        byte[] body = new byte[length - 4];
        in.readFully(body);
        return body;
    }

    private static String mechanism(ByteBuffer message) {
        StringBuilder name = new StringBuilder();
        while (message.hasRemaining()) {
            byte b = message.get();
            if (b == 0) {
                return name.toString();
            }
            name.append((char) (b & 0xff));
        }
        throw new SqlError("08P01", "malformed SCRAM message");
    }

    // ---- messages ----

    private void begun(Startup.Begin begin, Caller.Known caller, DataInputStream in, Outgoing out)
            throws IOException {
        boolean[] telling = {false};
        Settings settings =
                new Settings((name, value) -> {
                    if (name.equals("application_name")) {
                        application = value;
                    }
                    if (telling[0]) {
                        tell(out, name, value);
                    }
                });
        settings.fix("session_authorization", credential);
        settings.fix("ssl", secure ? "on" : "off");
        String database = begin.parameters().getOrDefault("database", "");
        if (!database.isEmpty() && !database.equals("postgres")) {
            settings.fix("search_path", Catalogue.quoted(database));
        }
        try {
            begin(begin, settings);
        } catch (SqlError e) {
            fatal(out, e);
            return;
        }
        telling[0] = true;
        settings.tellAll();
        application = settings.must("application_name");
        out.begin('K').int32(process).bytes(secret).end();
        InetSocketAddress client = (InetSocketAddress) raw.getRemoteSocketAddress();
        String id =
                HexFormat.of()
                        .withUpperCase()
                        .toHexDigits((door.serial() << 32) | process & 0xffff_ffffL);
        Conversation talk =
                new Conversation(
                        door.guard(),
                        door.sql(),
                        door.visible(),
                        door.clock(),
                        new Conversation.Who(
                                caller,
                                door.guard().identity().zone(door.name(), client.getAddress()),
                                client.getAddress().getHostAddress(),
                                database,
                                process),
                        out,
                        settings,
                        door::activities,
                        id);
        conversation = talk;
        talk.copies(() -> piece(in));
        ready(talk, out);
        converse(talk, in, out);
    }

    private static void begin(Startup.Begin begin, Settings settings) {
        begin.parameters()
                .forEach((name, value) -> {
                    switch (name) {
                        case "user", "database", "replication" -> {}
                        case "options" -> options(value, settings);
                        default -> settings.begin(name, value);
                    }
                });
    }

    /** {@code -c name=value --name=value}. */
    private static void options(String text, Settings settings) {
        String[] words = text.strip().split("(?<!\\\\)\\s+", -1);
        for (int i = 0; i < words.length; i++) {
            String word = words[i].replace("\\ ", " ");
            if (word.equals("-c") && i + 1 < words.length) {
                word = words[++i].replace("\\ ", " ");
            } else if (word.startsWith("-c")) {
                word = word.substring(2);
            } else if (word.startsWith("--")) {
                word = word.substring(2).replace('-', '_');
            }
            int equals = word.indexOf('=');
            if (equals > 0) {
                settings.begin(word.substring(0, equals), word.substring(equals + 1));
            }
        }
    }

    private static void tell(Outgoing out, String name, String value) {
        try {
            out.begin('S').text(name).text(value).end();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void ready(Conversation talk, Outgoing out) throws IOException {
        state = talk.state();
        out.begin('Z').int8(talk.state()).end();
        out.flush();
    }

    private void converse(Conversation talk, DataInputStream in, Outgoing out) throws IOException {
        boolean skipping = false;
        while (true) {
            int kind = in.read();
            if (kind < 0) {
                return;
            }
            if (!Frontend.known(kind)) {
                fatal(out, new SqlError("08P01", "invalid frontend message type " + kind));
                return;
            }
            int length = in.readInt();
            if (length < 4 || length - 4 > Frontend.LONGEST) {
                fatal(out, new SqlError("08P01", "invalid message length"));
                return;
            }
            // grows as it comes: a length alone takes no memory
            byte[] body = in.readNBytes(length - 4);
            if (body.length < length - 4) {
                return;
            }
            door.came(kind, length + 1);
            if (skipping && kind != 'S' && kind != 'X') {
                continue;
            }
            state = 'A';
            busy = System.nanoTime() | 1;
            try {
                Frontend message = Frontend.parse(kind, body);
                if (message instanceof Frontend.Terminate) {
                    return;
                }
                answer(message, talk, out);
                if (message instanceof Frontend.Sync) {
                    skipping = false;
                }
            } catch (RuntimeException e) {
                SqlError told = told(talk, e, out);
                talk.failed();
                error(out, "ERROR", told, position(talk.text(), told.position()));
                skipping = kind != 'Q';
                if (kind == 'Q' || kind == 'F') {
                    skipping = false;
                    ready(talk, out);
                } else {
                    out.flush();
                }
            }
            state = talk.state();
            busy = 0;
        }
    }

    /** The next piece of a COPY; empty when the client has sent all. */
    private static Optional<byte[]> piece(DataInputStream in) throws IOException {
        while (true) {
            int kind = in.read();
            int length = kind < 0 ? 0 : in.readInt();
            if (kind < 0 || length < 4 || length - 4 > Frontend.LONGEST) {
                throw new EOFException("the connection ended within a COPY");
            }
            byte[] body = in.readNBytes(length - 4);
            if (body.length < length - 4) {
                throw new EOFException("the connection ended within a COPY");
            }
            switch (Frontend.parse(kind, body)) {
                case Frontend.CopyPiece(byte[] bytes) -> {
                    return Optional.of(bytes);
                }
                case Frontend.CopyEnd _ -> {
                    return Optional.empty();
                }
                case Frontend.CopyFail(String why) ->
                        throw new SqlError("57014", "COPY from stdin failed: " + why);
                case Frontend.Flush _, Frontend.Sync _ -> {}
                default ->
                        throw new SqlError(
                                "08P01", "unexpected message type during COPY from stdin");
            }
        }
    }

    private SqlError told(Conversation talk, RuntimeException e, Outgoing out) throws IOException {
        if (e instanceof java.io.UncheckedIOException io) {
            throw io.getCause();
        }
        try {
            return talk.told(e);
        } catch (RuntimeException bug) {
            talk.failed();
            fatal(out, new SqlError("XX000", "the server has made a mistake; it is in its log"));
            throw bug;
        }
    }

    /** A place in chars as one in characters. */
    private static int position(String sql, int position) {
        return position <= 0 || sql.isEmpty()
                ? 0
                : sql.codePointCount(0, Math.min(position - 1, sql.length())) + 1;
    }

    private void answer(Frontend message, Conversation talk, Outgoing out) throws IOException {
        switch (message) {
            case Frontend.Query(String sql) -> {
                talk.simple(sql);
                ready(talk, out);
            }
            case Frontend.Parse parse -> talk.parse(parse);
            case Frontend.Bind bind -> talk.bind(bind);
            case Frontend.Describe describe -> talk.describe(describe);
            case Frontend.Execute execute -> talk.execute(execute);
            case Frontend.Close close -> talk.close(close);
            case Frontend.Flush _ -> out.flush();
            case Frontend.Sync _ -> {
                talk.sync();
                ready(talk, out);
            }
            case Frontend.FunctionCall _ ->
                    throw new SqlError("0A000", "functions are not called by number here");
            case Frontend.Login _ -> throw new SqlError("08P01", "nobody was asked to log in");
            case Frontend.CopyPiece _, Frontend.CopyEnd _, Frontend.CopyFail _ -> {
                // what a client still sends of a COPY that has failed
            }
            case Frontend.Terminate _ -> {}
        }
    }
}
