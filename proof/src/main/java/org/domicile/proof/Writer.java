package org.domicile.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One thread of the load: operations on keys that only it changes, and races for some that all
 * want. It ends at the first answer that does not come.
 */
final class Writer {
    static final String BUCKET = "proof";

    private static final int KEYS = 10;
    private static final int PART = 5 << 20;
    private static final Pattern UPLOAD = Pattern.compile("<UploadId>([^<]+)</UploadId>");
    private static final byte[] NOTHING = {};

    private final int number;
    private final SplittableRandom random;
    private final Journal journal;
    private final Races races;
    private final Known known = new Known();
    private final Map<String, String> etags = new HashMap<>();

    Writer(int number, SplittableRandom random, Journal journal, Races races) {
        this.number = number;
        this.random = random;
        this.journal = journal;
        this.races = races;
    }

    Known known() {
        return known;
    }

    /** Works until told to stop or until an answer stays away. */
    void work(S3Client client, BooleanSupplier stop) throws InterruptedException {
        try {
            while (!stop.getAsBoolean()) {
                step(client);
            }
        } catch (IOException e) {
            // the server is gone; what was on its way is among the things that can be
        }
    }

    private void step(S3Client client) throws IOException, InterruptedException {
        String key = BUCKET + "/" + number + "/" + random.nextInt(KEYS);
        int dice = random.nextInt(100);
        if (dice < 34) {
            put(client, key, random.nextInt(16 << 10), Map.of());
        } else if (dice < 44) {
            put(client, key, (64 << 10) + random.nextInt(192 << 10), Map.of());
        } else if (dice < 48) {
            put(client, key, (1 << 20) + random.nextInt(2 << 20), Map.of());
        } else if (dice < 49) {
            multipart(client, key);
        } else if (dice < 60) {
            delete(client, key);
        } else if (dice < 68) {
            copy(client, key, BUCKET + "/" + number + "/" + random.nextInt(KEYS));
        } else if (dice < 76) {
            conditional(client, key);
        } else if (dice < 82) {
            race(client);
        } else if (dice < 86) {
            bucket(client);
        } else {
            get(client, key);
        }
    }

    private Content fresh(int length) {
        return new Content(random.nextLong(), length);
    }

    private void put(S3Client client, String key, int length, Map<String, String> headers)
            throws IOException, InterruptedException {
        Content content = fresh(length);
        change(client, "PUT", key, Map.of(), headers, content.bytes(), key, content)
                .ifPresent(answer -> etags.put(key, answer.etag()));
    }

    private void delete(S3Client client, String key) throws IOException, InterruptedException {
        known.mayBe(key, Known.ABSENT);
        S3Client.Answer answer = client.send("DELETE", key, Map.of(), Map.of(), NOTHING);
        if (judged(answer, "DELETE " + key)) {
            known.is(key, Known.ABSENT);
        }
    }

    private void copy(S3Client client, String from, String to)
            throws IOException, InterruptedException {
        Optional<Known.State> source = known.certain(from);
        if (from.equals(to)
                || source.isEmpty()
                || !(source.get() instanceof Known.State.Present present)) {
            return;
        }
        change(
                client,
                "PUT",
                to,
                Map.of(),
                Map.of("x-amz-copy-source", "/" + from),
                NOTHING,
                to,
                present.content());
    }

    /** The condition holds, or must be found not to hold: both are known when the state is. */
    private void conditional(S3Client client, String key) throws IOException, InterruptedException {
        Optional<Known.State> state = known.certain(key);
        if (state.isEmpty()) {
            return;
        }
        boolean there = state.get() instanceof Known.State.Present;
        boolean mustHold = random.nextBoolean();
        String etag = etags.get(key);
        Map<String, String> condition =
                !there
                        ? mustHold
                                ? Map.of("if-none-match", "*")
                                : Map.of("if-match", "\"0123456789abcdef0123456789abcdef\"")
                        : mustHold && etag != null
                                ? Map.of("if-match", etag)
                                : Map.of("if-none-match", "*");
        boolean holds = there == condition.containsKey("if-match") && (there || mustHold);
        if (holds) {
            put(client, key, random.nextInt(8 << 10), condition);
            return;
        }
        Content never = fresh(random.nextInt(8 << 10));
        S3Client.Answer answer = client.send("PUT", key, Map.of(), condition, never.bytes());
        if (answer.status() >= 500) {
            journal.failed();
        } else {
            journal.answered(answer);
            if (answer.status() != 412 && answer.status() != 404) {
                journal.violated(
                        "PUT %s with %s answered %d though it is %s"
                                .formatted(key, condition, answer.status(), state.get()));
                known.mayBe(key, new Known.State.Present(never));
            }
        }
    }

    private void multipart(S3Client client, String key) throws IOException, InterruptedException {
        Content content = fresh(PART + random.nextInt(1 << 20));
        S3Client.Answer begun = client.send("POST", key, Map.of("uploads", ""), Map.of(), NOTHING);
        if (!judged(begun, "POST uploads " + key)) {
            return;
        }
        Matcher upload = UPLOAD.matcher(begun.text());
        if (!upload.find()) {
            journal.violated("no UploadId in " + begun.text());
            return;
        }
        String id = upload.group(1);
        byte[] bytes = content.bytes();
        StringBuilder list = new StringBuilder("<CompleteMultipartUpload>");
        for (int part = 1; part <= 2; part++) {
            byte[] piece =
                    java.util.Arrays.copyOfRange(
                            bytes, part == 1 ? 0 : PART, part == 1 ? PART : bytes.length);
            S3Client.Answer done =
                    client.send(
                            "PUT",
                            key,
                            Map.of("partNumber", "" + part, "uploadId", id),
                            Map.of(),
                            piece);
            if (!judged(done, "PUT part of " + key)) {
                return;
            }
            list.append(
                    "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>"
                            .formatted(part, done.etag().replace("\"", "&quot;")));
        }
        list.append("</CompleteMultipartUpload>");
        change(
                client,
                "POST",
                key,
                Map.of("uploadId", id),
                Map.of(),
                list.toString().getBytes(UTF_8),
                key,
                content);
    }

    private void race(S3Client client) throws IOException, InterruptedException {
        Content content = fresh(random.nextInt(4 << 10));
        String name = races.enter(content);
        S3Client.Answer answer =
                client.send(
                        "PUT",
                        BUCKET + "/" + name,
                        Map.of(),
                        Map.of("if-none-match", "*"),
                        content.bytes());
        if (answer.status() >= 500) {
            journal.failed();
            return;
        }
        journal.answered(answer);
        switch (answer.status()) {
            case 200 -> races.won(name, content);
            case 409, 412 -> races.lost(name, content);
            default -> journal.violated("a race was answered with " + answer.status());
        }
    }

    /** A bucket of its own comes and goes: keys are born and die with it. */
    private void bucket(S3Client client) throws IOException, InterruptedException {
        String name = "turn-" + number;
        Optional<Known.State> state = known.certain(name);
        Content empty = new Content(0, 0);
        boolean there = state.isPresent() && state.get() instanceof Known.State.Present;
        if (there) {
            delete(client, name);
        } else if (state.isPresent()) {
            change(client, "PUT", name, Map.of(), Map.of(), NOTHING, name, empty);
        }
    }

    private void get(S3Client client, String key) throws IOException, InterruptedException {
        S3Client.Answer answer = client.send("GET", key, Map.of(), Map.of(), NOTHING);
        if (answer.status() >= 500) {
            journal.failed();
            return;
        }
        journal.answered(answer);
        if (known.certain(key).isPresent()) {
            known.found(key, body(answer)).ifPresent(journal::violated);
        }
    }

    /** What a GET found, or HEAD of a bucket. */
    static Optional<byte[]> body(S3Client.Answer answer) {
        return answer.status() == 404 ? Optional.empty() : Optional.of(answer.body());
    }

    private Optional<S3Client.Answer> change(
            S3Client client,
            String method,
            String path,
            Map<String, String> query,
            Map<String, String> headers,
            byte[] body,
            String name,
            Content becomes)
            throws IOException, InterruptedException {
        known.mayBe(name, new Known.State.Present(becomes));
        // without an answer it can be the old one or the new one, and so can its ETag
        etags.remove(name);
        S3Client.Answer answer = client.send(method, path, query, headers, body);
        if (!judged(answer, method + " " + path)) {
            return Optional.empty();
        }
        known.is(name, new Known.State.Present(becomes));
        return Optional.of(answer);
    }

    /** Whether it was done. A server that failed may have done it; anything else is a violation. */
    private boolean judged(S3Client.Answer answer, String what) {
        // a copy or a completion that fails late says so in a body under 200
        boolean late = answer.status() == 200 && answer.text().contains("<Error>");
        if (answer.status() >= 500 || late) {
            journal.failed();
            return false;
        }
        journal.answered(answer);
        if (answer.status() >= 300) {
            journal.violated(what + " answered " + answer.status() + ": " + answer.text());
            return false;
        }
        return true;
    }
}
