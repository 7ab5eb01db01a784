package org.domicile.proof;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Decisions made again by somebody else: a server decides, an operator discloses the day to an
 * auditor, server, data folder and keys are gone, and from a copy of the logs and the disclosures
 * alone cedar-wasm decides every case once more. Between the requests policies and credentials come
 * and go, so cases name many registers and sets; and a bucket is shared by the tags of its objects
 * ({@link SharedScene}), so cases name documents of buckets, roles and sessions.
 */
final class Replay {
    /** What the policies of this proof speak about: names, addresses, time, and what errs. */
    private static final String RULES =
            """
            @id("secret")
            forbid (principal, action in Action::"read", resource is Object)
            when { resource.name like "secret/*" };

            @id("from-here")
            forbid (principal, action, resource is Object)
            when { resource.name like "outside/*" }
            unless { context has address && !context.address.isInRange(ip("127.0.0.0/8")) };

            @id("before")
            forbid (principal, action == Action::"s3:PutObject", resource is Object)
            when { resource.name like "late/*" && context.now > datetime("2020-01-01T00:00:00Z") };

            @id("errs")
            forbid (principal, action, resource is Object)
            when
            {
                resource.name like "errs/*" &&
                context.now.toTime().toMilliseconds() + 9223372036854775807 > 0
            };
            """;

    private static final List<String> FOLDERS =
            List.of("open/", "open/", "open/", "secret/", "outside/", "late/", "errs/", "ü \"/");
    private static final int REQUESTS_OF_A_CREDENTIAL = 60;
    private static final int MOST_CREDENTIALS = 200;

    private final Path work;
    private final Random random;
    private final Consumer<String> told;
    private final List<String> violations = new ArrayList<>();
    private long asked;
    private long errors;

    Replay(Path work, long seed, Consumer<String> told) {
        this.work = work;
        this.random = new Random(seed);
        this.told = told;
    }

    Figures run(String name, int count, long seed) throws IOException, InterruptedException {
        try (Server server =
                Server.start(
                        new Server.Start(
                                work.resolve("data"),
                                List.of(work.resolve("keys")),
                                work.resolve("server.out"),
                                List.of(),
                                List.of(),
                                List.of(SharedScene.setting())))) {
            server.awaitReady();
            LocalDate first = LocalDate.now(ZoneOffset.UTC);
            decide(server, count);
            told.accept("disclosing %,d decisions".formatted(asked));
            disclose(first, LocalDate.now(ZoneOffset.UTC));
            server.stop();
        } catch (Server.Died e) {
            throw new IOException(e.getMessage(), e);
        }
        onlyLogsAreLeft();
        Path cases = work.resolve("cases.ndjson");
        Files.writeString(cases, cases(disclosures()).done());
        Foreign.Ended whole = replayed(cases);
        Map<String, Long> sums = sums(whole);
        if (whole.status() != 0) {
            violations.addAll(
                    whole.said().lines().filter(line -> line.startsWith("different")).toList());
        }
        need(sums, "replayed", asked / 2);
        need(sums, "allowed", 1);
        need(sums, "refused", 1);
        need(sums, "erring", 1);
        for (String what :
                List.of("granted", "denied", "bounded", "strangers", "tagged", "setting")) {
            need(sums, what, 1);
        }
        altered(cases, "", "\"withdrawn\":false", "\"withdrawn\":true");
        altered(cases, "\"s3:GetObject\"", tagged("open"), tagged("closed"));
        altered(cases, "\"s3:PutObject\"", tagged("draft"), tagged("closed"));
        alteredDisclosure("archive/open/1", "archive/open/9", "is not the one that the entry");
        alteredDisclosure("(tags[^}]*grade[^}]*)open", "$1draft", "is not the one that the entry");
        alteredDisclosure("Sid([^A-Za-z]*)Closed", "Sid$1Sealed", "was altered");
        alteredDisclosure("(?<key>SourceIp[^A-Za-z]*)127", "${key}10", "was altered");
        Map<String, Long> more = new LinkedHashMap<>();
        more.put("requests", asked);
        sums.forEach(more::put);
        return new Figures(
                name,
                Math.toIntExact(sums.getOrDefault("replayed", 0L)),
                violations.size(),
                0,
                more,
                seed,
                List.copyOf(violations));
    }

    /** All that the auditor gets; a day may end while we decide. */
    private void disclose(LocalDate first, LocalDate last)
            throws IOException, InterruptedException {
        String data = work.resolve("data").toString();
        StringBuilder all = new StringBuilder();
        for (LocalDate day = first; !day.isAfter(last); day = day.plusDays(1)) {
            for (String organisation : List.of("main", "village")) {
                all.append(
                        Server.command(
                                "disclose",
                                "--day",
                                day.toString(),
                                "--organisation",
                                organisation,
                                "--to",
                                "the auditor of proof",
                                "--data",
                                data));
                all.append('\n');
            }
        }
        Files.writeString(disclosures(), all);
        Files.writeString(keys(), Server.command("ledger", "key", "--data", data));
    }

    private Path disclosures() {
        return work.resolve("day.disclosures");
    }

    private Path keys() {
        return work.resolve("keys.txt");
    }

    /** The logs stay; what could know more is moved to where nobody looks. */
    private void onlyLogsAreLeft() throws IOException {
        Files.move(work.resolve("data/ledger"), work.resolve("ledger"));
        Files.move(work.resolve("data"), work.resolve("gone-data"));
        Files.move(work.resolve("keys"), work.resolve("gone-keys"));
    }

    private Foreign cases(Path disclosures) {
        return Server.asked(
                "policy",
                "cases",
                disclosures.toString(),
                "--ledger",
                work.resolve("ledger").toString(),
                "--key",
                keys().toString());
    }

    private void need(Map<String, Long> sums, String what, long least) {
        if (sums.getOrDefault(what, 0L) < least) {
            violations.add("only %s were %s: %s".formatted(sums.get(what), what, sums));
        }
    }

    private void decide(Server server, int count) throws IOException, InterruptedException {
        Operator operator = new Operator(server, work);
        Signature first = server.signature();
        try (S3Client client = new S3Client(server.s3(), first)) {
            for (String bucket : List.of("archive", "logs-1")) {
                client.send("PUT", bucket, Map.of(), Map.of(), new byte[0]);
                for (String folder : FOLDERS) {
                    client.send("PUT", bucket + "/" + folder + 1, Map.of(), Map.of(), new byte[9]);
                }
            }
        }
        operator.post(
                "/v1/policies", Map.of("organisation", "main", "name", "proof", "text", RULES));
        try (SharedScene scene = new SharedScene(server, operator, random)) {
            scene.prepare();
            for (S3Client.Answer each : scene.each()) {
                note(each);
            }
            decide(operator, first, scene, count);
        }
    }

    private void decide(Operator operator, Signature first, SharedScene scene, int count)
            throws IOException, InterruptedException {
        URI s3 = operator.server().s3();
        int credentials = Math.clamp(count / REQUESTS_OF_A_CREDENTIAL, 3, MOST_CREDENTIALS);
        int each = (count + credentials - 1) / credentials;
        for (int i = 0; i < credentials; i++) {
            Map<String, String> issued = operator.issue(first.accessKey(), lists(i));
            Signature signature =
                    new Signature(
                            issued.getOrDefault("accessKey", ""),
                            issued.getOrDefault("secret", ""),
                            first.region());
            try (S3Client client = new S3Client(s3, signature)) {
                for (int j = 0; j < each; j++) {
                    if (random.nextInt(3) == 0) {
                        note(scene.any());
                    } else {
                        ask(client);
                    }
                }
                if (i % 3 == 0) {
                    operator.post(
                            "/v1/credentials/" + signature.accessKey() + "/withdraw", Map.of());
                    ask(client);
                }
            }
            if (i % 5 == 1) {
                operator.post(
                        "/v1/policies",
                        Map.of(
                                "organisation",
                                "main",
                                "name",
                                "more",
                                "text",
                                "forbid (principal, action, resource in Bucket::\"b%d\");"
                                        .formatted(i)));
            }
        }
        if (errors > asked / 10) {
            violations.add("%d of %d requests met a server's error".formatted(errors, asked));
        }
    }

    private static Map<String, Object> lists(int i) {
        return switch (i % 3) {
            case 0 -> Map.of("actions", List.of("s3:*"), "buckets", List.of("*"));
            case 1 -> Map.of("actions", List.of("s3:Get*", "s3:List*"), "buckets", List.of("*"));
            default -> Map.of("actions", List.of("*"), "buckets", List.of("arch*", "x"));
        };
    }

    private void ask(S3Client client) throws IOException, InterruptedException {
        String bucket = List.of("archive", "archive", "logs-1", "none").get(random.nextInt(4));
        String folder = FOLDERS.get(random.nextInt(FOLDERS.size()));
        String object = bucket + "/" + folder + (random.nextInt(3) == 0 ? 2 : 1);
        S3Client.Answer answer =
                switch (random.nextInt(6)) {
                    case 0 -> client.send("PUT", object, Map.of(), Map.of(), new byte[9]);
                    case 1 -> client.send("DELETE", object + "x", Map.of(), Map.of(), new byte[0]);
                    case 2 ->
                            client.send(
                                    "GET",
                                    bucket,
                                    Map.of("list-type", "2", "prefix", folder),
                                    Map.of(),
                                    new byte[0]);
                    default -> client.send("GET", object, Map.of(), Map.of(), new byte[0]);
                };
        note(answer);
    }

    private void note(S3Client.Answer answer) {
        asked++;
        errors += answer.status() >= 500 ? 1 : 0;
    }

    /** One attribute, or tag, of one case that was allowed is another: that has to show. */
    private void altered(Path cases, String action, String was, String is)
            throws IOException, InterruptedException {
        List<String> lines = Files.readAllLines(cases);
        String wanted =
                lines.stream()
                        .filter(line -> line.contains("\"verdict\":\"allowed\""))
                        .filter(line -> line.contains(action) && line.contains(was))
                        .findFirst()
                        .orElse("");
        Path file = work.resolve("altered.ndjson");
        Files.writeString(file, wanted.replace(was, is) + "\n");
        Foreign.Ended ended = replayed(file);
        if (wanted.isEmpty()
                || ended.status() != 1
                || sums(ended).getOrDefault("different", 0L) != 1) {
            violations.add(was + " that was altered does not show as a difference: " + ended);
        }
    }

    /** As an entity of a case has it. */
    private static String tagged(String grade) {
        return "\"tags\":{\"grade\":\"" + grade + "\"}";
    }

    /** One opened value, or document, is another: what the entries name is not that one. */
    private void alteredDisclosure(String was, String is, String said)
            throws IOException, InterruptedException {
        String text = Files.readString(disclosures());
        String altered = text.replaceAll(was, is); // what both days name stands there twice
        Path file = work.resolve("altered.disclosures");
        Files.writeString(file, altered);
        Foreign.Ended ended = cases(file).run();
        if (altered.equals(text) || ended.status() != 1 || !ended.toString().contains(said)) {
            violations.add("a disclosure with an altered " + was + " does not show: " + ended);
        }
    }

    private static Foreign.Ended replayed(Path cases) throws IOException, InterruptedException {
        String clients = System.getenv("DOMICILE_CLIENTS");
        Path brought =
                clients == null ? SourceTree.root().resolve(".domicile/clients") : Path.of(clients);
        if (!Files.isDirectory(brought.resolve("cedar/node_modules"))) {
            throw new IOException(
                    "cedar-wasm is not in "
                            + brought.resolve("cedar")
                            + "; proof/clients/bring brings it");
        }
        return Foreign.command(
                        Foreign.program("node", "/usr/bin/node"),
                        SourceTree.root().resolve("proof/clients/replay/replay.mjs").toString(),
                        cases.toString())
                .with("DOMICILE_CEDAR", brought.resolve("cedar").toString())
                .run();
    }

    /** The last line is an object of whole numbers. */
    private static Map<String, Long> sums(Foreign.Ended ended) throws IOException {
        String last = ended.said().lines().reduce((first, second) -> second).orElse("");
        if (!last.startsWith("{")) {
            throw new IOException("the replay did not come to its end: " + ended);
        }
        Path file = Files.createTempFile("domicile-sums", ".json");
        try {
            Files.writeString(file, last);
            Map<String, Long> sums = new LinkedHashMap<>();
            Server.json(file).forEach((name, value) -> sums.put(name, Long.parseLong(value)));
            return sums;
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
