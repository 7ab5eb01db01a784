package org.domicile.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.proof.Linearizability.Effect;
import org.domicile.proof.Linearizability.When;

/**
 * One client among several that change the same few keys on conditions, and writes down what each
 * key's operations began, ended and showed. It ends at the first answer that does not come.
 */
final class Contender {
    static final String BUCKET = "proof-histories";

    private static final byte[] NOTHING = {};
    private static final Pattern ETAG = Pattern.compile("<ETag>&quot;([0-9a-f]{32})&quot;</ETag>");

    /** Where large bodies begin to lie in segments: one in so many is one. */
    private static final int LARGE = 200_000;

    private final SplittableRandom random;
    private final List<Register> registers;
    private final AtomicLong clock;
    private final Journal journal;
    private final Map<String, String> known = new HashMap<>();

    /**
     * @param clock gives each moment once
     */
    Contender(
            SplittableRandom random, List<Register> registers, AtomicLong clock, Journal journal) {
        this.random = random;
        this.registers = registers;
        this.clock = clock;
        this.journal = journal;
    }

    /** Works until told to stop or until an answer stays away. */
    void work(S3Client client, BooleanSupplier stop) throws InterruptedException {
        try {
            while (!stop.getAsBoolean()) {
                step(client, registers.get(random.nextInt(registers.size())));
            }
        } catch (IOException e) {
            // the server is gone; what was on its way has been written down
        }
    }

    private void step(S3Client client, Register register) throws IOException, InterruptedException {
        int dice = random.nextInt(100);
        if (dice < 25) {
            read(client, "GET", register);
        } else if (dice < 35) {
            read(client, "HEAD", register);
        } else if (dice < 80) {
            put(client, register, when(register));
        } else if (dice < 90) {
            remove(client, register);
        } else {
            copy(client, registers.get(random.nextInt(registers.size())), register);
        }
    }

    /** A condition: that there is nothing, that it is what this client saw last, or none. */
    private When when(Register register) {
        String last = known.getOrDefault(register.key(), Linearizability.ABSENT);
        return switch (random.nextInt(5)) {
            case 0 -> new When.Any();
            case 1 -> new When.Absent();
            default -> last.equals(Linearizability.ABSENT) ? new When.Absent() : new When.Is(last);
        };
    }

    private static Map<String, String> headers(When when) {
        return switch (when) {
            case When.Any() -> Map.of();
            case When.Absent() -> Map.of("if-none-match", "*");
            case When.Is(String value) -> Map.of("if-match", "\"" + value + "\"");
        };
    }

    private static String path(Register register) {
        return BUCKET + "/" + register.key();
    }

    // ---- operations -----------------------------------------------------------------------------

    private void read(S3Client client, String method, Register register)
            throws IOException, InterruptedException {
        long began = clock.incrementAndGet();
        S3Client.Answer answer = client.send(method, path(register), Map.of(), Map.of(), NOTHING);
        long ended = clock.incrementAndGet();
        if (failed(answer)) {
            return;
        }
        String value = value(answer, method);
        known.put(register.key(), value);
        register.saw(began, ended, new Effect.Saw(value));
    }

    /** What is there, by an answer to a GET or HEAD. */
    String value(S3Client.Answer answer, String method) {
        if (answer.status() == 404) {
            return Linearizability.ABSENT;
        }
        String etag = answer.etag().replace("\"", "");
        if (answer.status() != 200 || method.equals("GET") && !etag.equals(digest(answer.body()))) {
            journal.violated("%s answered %s".formatted(method, answer));
        }
        return etag;
    }

    private void put(S3Client client, Register register, When when)
            throws IOException, InterruptedException {
        byte[] body = content();
        String value = digest(body);
        Change change = new Change(register, when, value);
        S3Client.Answer answer = change.send(client, "PUT", headers(when), body);
        if (change.judge(answer, 200) && !answer.etag().equals("\"" + value + "\"")) {
            journal.violated("a PUT of %s answered %s".formatted(value, answer));
        }
    }

    private byte[] content() {
        String text = "value " + random.nextLong();
        return (random.nextInt(20) == 0 ? text.repeat(LARGE / text.length()) : text)
                .getBytes(UTF_8);
    }

    private void remove(S3Client client, Register register)
            throws IOException, InterruptedException {
        When when = when(register);
        When used =
                when instanceof When.Absent ? new When.Any() : when; // which is none of deletes'
        Change change = new Change(register, used, Linearizability.ABSENT);
        change.judge(change.send(client, "DELETE", headers(used), NOTHING), 204);
    }

    private void copy(S3Client client, Register from, Register to)
            throws IOException, InterruptedException {
        if (from == to) {
            return;
        }
        When when = when(to);
        Map<String, String> headers = new HashMap<>(headers(when));
        headers.put("x-amz-copy-source", "/" + path(from));
        long began = clock.incrementAndGet();
        S3Client.Answer answer;
        try {
            answer = client.send("PUT", path(to), Map.of(), headers, NOTHING);
        } catch (IOException e) {
            to.unansweredCopy(began, when);
            throw e;
        }
        long ended = clock.incrementAndGet();
        Matcher etag = ETAG.matcher(answer.text());
        if (answer.status() == 200 && etag.find()) {
            journal.answered(answer);
            String value = etag.group(1);
            known.put(to.key(), value);
            from.saw(began, ended, new Effect.Saw(value));
            to.saw(began, ended, new Effect.Changed(when, value));
        } else if (answer.status() == 412) {
            journal.answered(answer);
            to.saw(began, ended, new Effect.Refused(when));
        } else if (answer.status() == 404) {
            // of the two keys one was absent, and nobody says which
            journal.answered(answer);
        } else if (failed(answer)) {
            to.unansweredCopy(began, when);
        } else {
            journal.violated("a copy answered " + answer);
        }
    }

    /** A change of one key to a value. */
    private final class Change {
        private final Register register;
        private final When when;
        private final String to;
        private final long began = clock.incrementAndGet();

        Change(Register register, When when, String to) {
            this.register = register;
            this.when = when;
            this.to = to;
        }

        S3Client.Answer send(
                S3Client client, String method, Map<String, String> headers, byte[] body)
                throws IOException, InterruptedException {
            try {
                return client.send(method, path(register), Map.of(), headers, body);
            } catch (IOException e) {
                register.unanswered(began, when, to);
                throw e;
            }
        }

        /** Writes down what the answer says; whether it was done. */
        boolean judge(S3Client.Answer answer, int done) {
            long ended = clock.incrementAndGet();
            if (failed(answer)) {
                register.unanswered(began, when, to);
                return false;
            }
            if (answer.status() == done) {
                known.put(register.key(), to);
                register.saw(began, ended, new Effect.Changed(when, to));
                return true;
            }
            switch (answer.status()) {
                case 412 -> register.saw(began, ended, new Effect.Refused(when));
                case 404 -> register.saw(began, ended, new Effect.Saw(Linearizability.ABSENT));
                default -> journal.violated("a change answered " + answer);
            }
            known.remove(register.key());
            return false;
        }
    }

    /** Whether the server said that it could not; else the answer is on record. */
    private boolean failed(S3Client.Answer answer) {
        if (answer.status() >= 500) {
            journal.failed();
            return true;
        }
        journal.answered(answer);
        return false;
    }

    static String digest(byte[] bytes) {
        try {
            return Signature.hex(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java has MD5", e);
        }
    }
}
