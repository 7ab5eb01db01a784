package org.domicile.proof;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@link Replay} asks about a bucket that is shared, by what objects are tagged and by what
 * requests set: its own organisation, another one, strangers, and sessions in a role that their own
 * policies narrow. Owned by one thread.
 */
final class SharedScene implements AutoCloseable {
    private static final String BUCKET = "shared";

    private static final String POLICY =
            """
            {"Version": "2012-10-17", "Statement": [
              {"Sid": "Public", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
               "Resource": "arn:aws:s3:::shared/public/*"},
              {"Sid": "Graded", "Effect": "Allow", "Principal": {"AWS": "village"},
               "Action": ["s3:GetObject", "s3:GetObjectTagging"],
               "Resource": "arn:aws:s3:::shared/data/*",
               "Condition": {"StringEquals": {"s3:ExistingObjectTag/grade": ["open", "draft"]}}},
              {"Sid": "Write", "Effect": "Allow", "Principal": {"AWS": "village"},
               "Action": ["s3:PutObject", "s3:PutObjectTagging"],
               "Resource": "arn:aws:s3:::shared/data/*",
               "Condition": {"StringEquals": {"s3:RequestObjectTag/grade": ["open", "draft"]}}},
              {"Sid": "Look", "Effect": "Allow", "Principal": {"AWS": "village"},
               "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::shared",
               "Condition": {"StringLike": {"s3:prefix": "data/*"}}},
              {"Sid": "Closed", "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
               "Resource": "arn:aws:s3:::shared/*",
               "Condition": {"StringEquals": {"s3:ExistingObjectTag/grade": "closed"}}},
              {"Sid": "Closing", "Effect": "Deny", "Principal": "*",
               "Action": ["s3:PutObject", "s3:PutObjectTagging"],
               "Resource": "arn:aws:s3:::shared/*",
               "Condition": {"StringEquals": {"s3:RequestObjectTag/grade": "closed"}}}
            ]}
            """;

    private static final String PERMISSIONS =
            """
            {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*",
             "Resource": ["arn:aws:s3:::shared", "arn:aws:s3:::shared/*"]}}
            """;

    /** Of sessions; the second one forbids what it has allowed before. */
    private static final List<String> NARROWER =
            List.of(
                    """
                    {"Version": "2012-10-17", "Statement": {"Effect": "Allow",
                     "Action": ["s3:GetObject", "s3:PutObject"],
                     "Resource": "arn:aws:s3:::shared/data/*"}}
                    """,
                    """
                    {"Version": "2012-10-17", "Statement": [
                      {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
                      {"Effect": "Deny", "Action": "s3:GetObject",
                       "Resource": "arn:aws:s3:::shared/data/*",
                       "Condition": {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}}
                    ]}
                    """);

    private static final List<String> GRADES = List.of("open", "draft", "closed");

    /** How many things each asks for. */
    private static final int KINDS = 8;

    /** An object that stays closed. */
    private static final int CLOSED = 3;

    private final Server server;
    private final Operator operator;
    private final Random random;
    private final List<Asker> askers = new ArrayList<>();
    private final List<S3Client> clients = new ArrayList<>();

    private interface Asker {
        S3Client.Answer ask(
                String method,
                String path,
                Map<String, String> query,
                Map<String, String> headers,
                byte[] body)
                throws IOException, InterruptedException;
    }

    SharedScene(Server server, Operator operator, Random random) {
        this.server = server;
        this.operator = operator;
        this.random = random;
    }

    /** What the server has to be started with: the purpose of strangers. */
    static String setting() {
        return "s3.public.purposes=main=first-steps";
    }

    /** Makes the bucket with all that is in it, and those who will ask. */
    void prepare() throws IOException, InterruptedException {
        Signature first = server.signature();
        Asker own = signed(first, Map.of());
        done(own.ask("PUT", BUCKET, Map.of(), Map.of(), new byte[0]));
        for (String folder : List.of("public/", "data/")) {
            for (int i = 1; i <= CLOSED; i++) {
                done(put(own, folder + i, i == CLOSED ? "closed" : "open"));
            }
            done(own.ask("PUT", BUCKET + "/" + folder + 0, Map.of(), Map.of(), new byte[9]));
        }
        done(own.ask("PUT", BUCKET, Map.of("policy", ""), Map.of(), bytes(POLICY)));
        askers.add(own);
        askers.add(village(first.region()));
        S3Client stranger = new S3Client(server.s3(), first);
        clients.add(stranger);
        askers.add((method, path, query, _, body) -> stranger.unsigned(method, path, query, body));
        Map<String, String> known = operator.credential(first.accessKey());
        operator.post(
                "/v1/roles",
                Map.of(
                        "organisation",
                        "main",
                        "name",
                        "reader",
                        "purpose",
                        known.getOrDefault("purpose", ""),
                        "principals",
                        List.of(known.getOrDefault("principal", "")),
                        "language",
                        "iam",
                        "permissions",
                        PERMISSIONS));
        for (String each : NARROWER) {
            askers.add(session(first, each));
        }
    }

    private Asker village(String zone) throws IOException, InterruptedException {
        operator.post("/v1/organisations", Map.of("name", "village", "zone", zone));
        operator.post(
                "/v1/purposes",
                Map.of(
                        "organisation", "village",
                        "name", "levels",
                        "kind", "environment",
                        "text", "Reads what the town shares.",
                        "owner", "the village",
                        "legalBasis", "an agreement",
                        "zones", List.of(zone),
                        "expires", Instant.now().plus(Duration.ofDays(9)).toString()));
        Map<String, String> principal =
                operator.post("/v1/principals", Map.of("organisation", "village", "name", "Eve"));
        Map<String, String> issued =
                operator.post(
                        "/v1/credentials",
                        Map.of(
                                "principal",
                                principal.getOrDefault("id", ""),
                                "purpose",
                                "village/levels"));
        return signed(
                new Signature(
                        issued.getOrDefault("accessKey", ""),
                        issued.getOrDefault("secret", ""),
                        zone),
                Map.of());
    }

    private Asker session(Signature first, String policy) throws IOException, InterruptedException {
        Map<String, String> asked = new LinkedHashMap<>();
        asked.put("Action", "AssumeRole");
        asked.put("Version", "2011-06-15");
        asked.put("RoleArn", "arn:aws:iam::main:role/reader");
        asked.put("RoleSessionName", "replayed");
        asked.put("Policy", policy);
        S3Client client = new S3Client(server.s3(), first.of("sts"));
        clients.add(client);
        S3Client.Answer answer =
                client.send(
                        "POST",
                        "",
                        Map.of(),
                        Map.of("content-type", "application/x-www-form-urlencoded"),
                        bytes(Signature.query(asked)));
        done(answer);
        return signed(
                new Signature(
                        within(answer, "AccessKeyId"),
                        within(answer, "SecretAccessKey"),
                        first.region()),
                Map.of("x-amz-security-token", within(answer, "SessionToken")));
    }

    private Asker signed(Signature signature, Map<String, String> always) throws IOException {
        S3Client client = new S3Client(server.s3(), signature);
        clients.add(client);
        return (method, path, query, headers, body) -> {
            Map<String, String> all = new LinkedHashMap<>(headers);
            all.putAll(always);
            return client.send(method, path, query, all, body);
        };
    }

    /** Everything by everybody, once. */
    List<S3Client.Answer> each() throws IOException, InterruptedException {
        List<S3Client.Answer> answers = new ArrayList<>();
        for (Asker asker : askers) {
            for (int kind = 0; kind < KINDS; kind++) {
                for (int number : List.of(0, 1, CLOSED)) {
                    answers.add(ask(asker, kind, number));
                }
            }
        }
        return answers;
    }

    /** Something by somebody. */
    S3Client.Answer any() throws IOException, InterruptedException {
        return ask(
                askers.get(random.nextInt(askers.size())),
                random.nextInt(KINDS),
                random.nextInt(CLOSED + 1));
    }

    /** What stays closed, and what has no tags, is read and not written. */
    private S3Client.Answer ask(Asker asker, int kind, int number)
            throws IOException, InterruptedException {
        int written = Math.clamp(number, 1, CLOSED - 1);
        String grade = GRADES.get(random.nextInt(GRADES.size()));
        return switch (kind) {
            case 0 -> get(asker, "public/" + number, Map.of());
            case 1, 2 -> get(asker, "data/" + number, Map.of());
            case 3 -> get(asker, "data/" + number, Map.of("tagging", ""));
            case 4 -> put(asker, "data/" + written, grade);
            case 5 ->
                    asker.ask(
                            "PUT",
                            BUCKET + "/data/" + written,
                            Map.of("tagging", ""),
                            Map.of(),
                            bytes(
                                    ("<Tagging><TagSet><Tag><Key>grade</Key><Value>%s</Value></Tag>"
                                                    + "</TagSet></Tagging>")
                                            .formatted(grade)));
            case 6 -> put(asker, "data/" + written, "draft");
            default ->
                    asker.ask(
                            "GET",
                            BUCKET,
                            Map.of("list-type", "2", "prefix", number == 0 ? "" : "data/"),
                            Map.of(),
                            new byte[0]);
        };
    }

    private static S3Client.Answer get(Asker asker, String name, Map<String, String> query)
            throws IOException, InterruptedException {
        return asker.ask("GET", BUCKET + "/" + name, query, Map.of(), new byte[0]);
    }

    private static S3Client.Answer put(Asker asker, String name, String grade)
            throws IOException, InterruptedException {
        return asker.ask(
                "PUT",
                BUCKET + "/" + name,
                Map.of(),
                Map.of("x-amz-tagging", "grade=" + grade),
                new byte[9]);
    }

    private static void done(S3Client.Answer answer) throws IOException {
        if (answer.status() / 100 != 2) {
            throw new IOException("not prepared: " + answer.status() + " " + answer.text());
        }
    }

    private static String within(S3Client.Answer answer, String element) throws IOException {
        Matcher found =
                Pattern.compile("<" + element + ">([^<]+)</" + element + ">")
                        .matcher(answer.text());
        if (!found.find()) {
            throw new IOException("no " + element + " in " + answer.text());
        }
        return found.group(1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        clients.forEach(S3Client::close);
    }
}
