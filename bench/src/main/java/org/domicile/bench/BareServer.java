package org.domicile.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.http.HttpServer;
import org.domicile.http.ListenerOptions;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.KeyspaceOptions;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Write;
import org.domicile.request.Append;

/**
 * The costs of a small request and nothing else: our HTTP, one commit lane on a real disk, SHA-256
 * and MD5 of the body, one HMAC, AES-256-GCM, a record of {@value #RECORD} bytes. No policy, no S3,
 * no ledger. What it reaches is the ceiling for the S3 door on this machine at this hour.
 *
 * <p>A query {@code record=no} leaves the record out: a read then commits nothing. That is the
 * price of recording, and a mode that the product does not have.
 */
final class BareServer {
    static final String UNRECORDED = "?record=no";

    private static final int RECORD = 250;
    private static final String LOG = "bare";
    private static final String LISTENER = "bare";
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;
    private static final byte[] TO_SIGN = "x".repeat(200).getBytes(UTF_8);

    private final Keyspace keyspace;
    private final SecretKeySpec key;
    private final SecureRandom random = new SecureRandom();
    private final ConcurrentLinkedQueue<Tools> tools = new ConcurrentLinkedQueue<>();

    private BareServer(Keyspace keyspace) {
        this.keyspace = keyspace;
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        this.key = new SecretKeySpec(bytes, "AES");
    }

    /** What is dear to make; lent to one request at a time. */
    private static final class Tools {
        final MessageDigest sha256;
        final MessageDigest md5;
        final Mac mac;
        final Cipher cipher;

        Tools(SecretKeySpec key) throws GeneralSecurityException {
            sha256 = MessageDigest.getInstance("SHA-256");
            md5 = MessageDigest.getInstance("MD5");
            mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getEncoded(), "HmacSHA256"));
            cipher = Cipher.getInstance("AES/GCM/NoPadding");
        }
    }

    /** Serves until standard input ends; says its port in the first line on {@code out}. */
    static void serve(Path folder, PrintStream out) throws IOException {
        try (Keyspace keyspace = Keyspace.open(folder, KeyspaceOptions.defaults());
                HttpServer server =
                        HttpServer.open(
                                List.of(
                                        new HttpServer.Listener(
                                                ListenerOptions.plain(LISTENER, "127.0.0.1", 0),
                                                new BareServer(keyspace)::handle)))) {
            out.println(server.port(LISTENER));
            out.flush();
            while (System.in.read() >= 0) {
                // whoever started us lives
            }
        }
    }

    private void handle(Exchange exchange) throws IOException {
        try {
            Tools lent = tools.poll();
            Tools mine = lent == null ? new Tools(key) : lent;
            mine.mac.doFinal(TO_SIGN);
            boolean recorded = !exchange.rawQuery().equals("record=no");
            switch (exchange.method()) {
                case "PUT" -> put(exchange, mine, recorded);
                case "GET" -> get(exchange, mine, recorded);
                default -> exchange.respond(405, new Headers(), ByteBuffer.allocate(0));
            }
            tools.add(mine);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java can do this", e);
        }
    }

    private void put(Exchange exchange, Tools mine, boolean recorded)
            throws IOException, GeneralSecurityException {
        byte[] body = exchange.body().readAllBytes();
        byte[] sha256 = mine.sha256.digest(body);
        byte[] md5 = mine.md5.digest(body);
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        mine.cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
        byte[] sealed = new byte[NONCE + mine.cipher.getOutputSize(body.length)];
        System.arraycopy(nonce, 0, sealed, 0, NONCE);
        mine.cipher.doFinal(body, 0, body.length, sealed, NONCE);
        byte[] name = exchange.rawPath().getBytes(UTF_8);
        Transaction transaction = new Transaction();
        transaction.write(new Write.Put(Space.BODIES, name, sealed));
        transaction.write(new Write.Put(Space.RECORDS, name, md5));
        if (recorded) {
            transaction.append(record(sha256));
        }
        commit(transaction);
        exchange.respond(
                200,
                new Headers().add("ETag", HexFormat.of().formatHex(md5)),
                ByteBuffer.allocate(0));
    }

    private void get(Exchange exchange, Tools mine, boolean recorded)
            throws IOException, GeneralSecurityException {
        byte[] name = exchange.rawPath().getBytes(UTF_8);
        if (recorded) {
            commit(new Transaction().append(record(mine.sha256.digest(name))));
        }
        Optional<byte[]> md5 = keyspace.get(Space.RECORDS, name);
        Optional<byte[]> sealed = keyspace.get(Space.BODIES, name);
        if (md5.isEmpty() || sealed.isEmpty()) {
            exchange.respond(404, new Headers(), ByteBuffer.allocate(0));
            return;
        }
        byte[] bytes = sealed.get();
        mine.cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, bytes, 0, NONCE));
        byte[] body = mine.cipher.doFinal(bytes, NONCE, bytes.length - NONCE);
        exchange.respond(
                200,
                new Headers().add("ETag", HexFormat.of().formatHex(md5.get())),
                ByteBuffer.wrap(body));
    }

    private static Append record(byte[] digest) {
        byte[] entry = new byte[RECORD];
        System.arraycopy(digest, 0, entry, 0, digest.length);
        return new Append(LOG, entry, new byte[0]);
    }

    private void commit(Transaction transaction) {
        switch (keyspace.commit(transaction)) {
            case Committed.Applied _ -> {}
            case Committed.Stale stale ->
                    throw new IllegalStateException("there was no condition: " + stale);
        }
    }
}
