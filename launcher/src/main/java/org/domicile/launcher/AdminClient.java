package org.domicile.launcher;

import java.io.IOException;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Calls the admin API over its Unix socket, one connection for each call. A failure that the server
 * answers becomes a {@link Problem} with its sentence.
 *
 * @param socket of a running server
 * @param token what it wants to see
 */
record AdminClient(Path socket, String token) {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int LARGEST_FAILURE = 64 << 10;
    private static final int LARGEST_ANSWER = 256 << 20;

    /** To the server on this data folder. */
    static AdminClient of(Folder folder) {
        return of(folder, Endpoints.on(folder));
    }

    /** To this server, which runs on this data folder. */
    static AdminClient of(Folder folder, Endpoints server) {
        try {
            return new AdminClient(server.socket(), Files.readString(folder.token()).strip());
        } catch (IOException e) {
            throw new Problem(
                    "cannot read "
                            + folder.token()
                            + ": run the command as the user who started the server");
        }
    }

    @Override
    public String toString() {
        return "AdminClient[" + socket + "]"; // never the token
    }

    /** A path with its parameters (names and values in turn); empty values are left out. */
    static String path(String path, String... parameters) {
        StringBuilder text = new StringBuilder(path);
        char mark = '?';
        for (int i = 0; i < parameters.length; i += 2) {
            if (!parameters[i + 1].isEmpty()) {
                text.append(mark)
                        .append(parameters[i])
                        .append('=')
                        .append(URLEncoder.encode(parameters[i + 1], StandardCharsets.UTF_8));
                mark = '&';
            }
        }
        return text.toString();
    }

    /** One variable part of a path. */
    static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The objects of a list. */
    List<Json.Row> list(String path) {
        return object(path).rows("items");
    }

    /** One object. */
    Json.Row object(String path) {
        return parse(text(path).getBytes(StandardCharsets.UTF_8));
    }

    /** An answer that is a text. */
    String text(String path) {
        return new String(call("GET", path, ""), StandardCharsets.UTF_8);
    }

    /** Asks for a change; the answer is what was made. */
    Json.Row post(String path, Json.Row body) {
        return parse(call("POST", path, body.line()));
    }

    /**
     * An answer of one JSON object a line, as it comes.
     *
     * @return where to go on ({@code before}) when the listing was cut; else empty
     */
    String lines(String path, Consumer<Json.Row> each) {
        return lines("GET", path, "", each);
    }

    /** The same of an answer to what is asked for with a body. */
    String lines(String path, Json.Row body, Consumer<Json.Row> each) {
        return lines("POST", path, body.line(), each);
    }

    private String lines(String method, String path, String body, Consumer<Json.Row> each) {
        String[] before = {""};
        exchange(
                method,
                path,
                body,
                answer -> {
                    before[0] = answer.header("x-domicile-before");
                    for (byte[] line = answer.line(); line.length > 0; line = answer.line()) {
                        each.accept(parse(line));
                    }
                    return new byte[0];
                });
        return before[0];
    }

    /**
     * An answer as it came, for those who can do without one.
     *
     * @param status the HTTP status
     */
    record Answer(int status, Json.Row object) {}

    /**
     * Asks without a body and takes whatever comes back.
     *
     * @throws IOException when nobody answers there, or the answer breaks off
     */
    Answer ask(String method, String path) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                HttpAnswer answer = new HttpAnswer(channel, PATIENCE)) {
            send(answer, method, path, new byte[0]);
            return new Answer(answer.status(), Json.object(answer.body(LARGEST_ANSWER)));
        }
    }

    private interface Reading {
        byte[] read(HttpAnswer answer) throws IOException;
    }

    private byte[] call(String method, String path, String body) {
        return exchange(method, path, body, answer -> answer.body(LARGEST_ANSWER));
    }

    private byte[] exchange(String method, String path, String body, Reading reading) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                HttpAnswer answer = new HttpAnswer(channel, PATIENCE)) {
            send(answer, method, path, body.getBytes(StandardCharsets.UTF_8));
            if (answer.status() / 100 != 2) {
                throw Problem.answered(
                        answer.status(),
                        answer.body(LARGEST_FAILURE),
                        said -> said.text("message"));
            }
            return reading.read(answer);
        } catch (java.net.SocketException e) {
            throw new Problem(
                    "the server does not answer at "
                            + socket
                            + " ("
                            + e.getMessage()
                            + "); see ./domicile status, and run/ in the data folder");
        } catch (IOException e) {
            throw new Problem(
                    "the server's answer broke off ("
                            + e.getMessage()
                            + "): it may have done what was asked or not; a list command shows"
                            + " which");
        }
    }

    private void send(HttpAnswer answer, String method, String path, byte[] body)
            throws IOException {
        String head =
                "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer %s\r\n"
                                .formatted(method, path, token)
                        + "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                                .formatted(body.length);
        answer.send(head.getBytes(StandardCharsets.UTF_8), body);
        answer.readHead();
    }

    /** An object that a server, or another command, answered with. */
    static Json.Row parse(byte[] text) {
        try {
            return Json.object(text);
        } catch (IOException e) {
            throw new Problem("the server's answer is not what this command expects: " + e);
        }
    }
}
