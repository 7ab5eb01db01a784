package org.domicile.proof;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who ceph/s3-tests acts as. What the suite calls an account is an organisation of its own, with
 * one principal, one purpose and one credential; each worker has a set of them, and a configuration
 * file that names it (the suite's {@code s3tests.conf.SAMPLE} says what is asked for).
 */
final class SuiteAccounts {
    /** The sections that hold an account, and the names that their organisations begin with. */
    /** Names of keys that the suite's SSE-KMS tests seal under. */
    private static final List<String> KEYS = List.of("testkey-1", "testkey-2");

    private static final Map<String, String> SECTIONS = sections();

    private static final String PURPOSE = "suite";
    private static final Duration LONG_ENOUGH = Duration.ofDays(1);

    private final Operator operator;
    private final URI endpoint;
    private final String zone;
    private final Duration day;

    /**
     * Accounts of a server.
     *
     * @param zone where it stands @param day how long a day of a lifecycle lasts there
     */
    SuiteAccounts(Operator operator, URI endpoint, String zone, Duration day) {
        this.operator = operator;
        this.endpoint = endpoint;
        this.zone = zone;
        this.day = day;
    }

    private static Map<String, String> sections() {
        Map<String, String> sections = new LinkedHashMap<>();
        sections.put("s3 main", "main");
        sections.put("s3 alt", "alt");
        sections.put("s3 tenant", "tenant");
        sections.put("iam", "iam");
        sections.put("iam root", "root");
        sections.put("iam alt root", "altroot");
        return sections;
    }

    /** What callers without a signature act under, as {@code s3.public.purposes} takes it. */
    static String publicPurposes(int workers) {
        List<String> purposes = new ArrayList<>();
        for (int worker = 0; worker < workers; worker++) {
            for (String account : SECTIONS.values()) {
                purposes.add(organisation(account, worker) + "=" + PURPOSE);
            }
        }
        return String.join(",", purposes);
    }

    private static String organisation(String account, int worker) {
        return "suite-%s-%d".formatted(account, worker);
    }

    /** Makes those of one worker and writes its file. */
    void make(Path file, int worker) throws IOException, InterruptedException {
        StringBuilder text = new StringBuilder(2_048);
        line(text.append("[DEFAULT]\n"), "host", endpoint.getHost());
        line(text, "port", Integer.toString(endpoint.getPort()));
        line(text, "is_secure", "False");
        line(text, "ssl_verify", "False");
        line(text.append("[fixtures]\n"), "bucket prefix", "s3-tests-{random}-");
        for (Map.Entry<String, String> each : SECTIONS.entrySet()) {
            String organisation = organisation(each.getValue(), worker);
            text.append('[').append(each.getKey()).append("]\n");
            account(organisation).forEach((name, value) -> line(text, name, value));
            line(text, "user_id", organisation);
            line(text, "display_name", organisation);
            line(text, "email", organisation + "@domicile.invalid");
            line(text, "tenant", organisation);
            line(text, "api_name", zone);
            line(text, "lc_debug_interval", Long.toString(day.toSeconds()));
        }
        Files.writeString(file, text);
    }

    private Map<String, String> account(String organisation)
            throws IOException, InterruptedException {
        operator.post("/v1/organisations", Map.of("name", organisation, "zone", zone));
        for (String key : KEYS) {
            operator.post("/v1/keys", Map.of("organisation", organisation, "name", key));
        }
        operator.post(
                "/v1/purposes",
                Map.of(
                        "organisation", organisation,
                        "name", PURPOSE,
                        "kind", "trial",
                        "text", "Running somebody else's tests with data that concern nobody.",
                        "owner", "whoever runs the suite",
                        "legalBasis", "testing",
                        "expires", Instant.now().plus(LONG_ENOUGH).toString()));
        String principal =
                operator.post(
                                "/v1/principals",
                                Map.of("organisation", organisation, "name", "suite"))
                        .getOrDefault("id", "");
        Map<String, String> issued =
                operator.post(
                        "/v1/credentials",
                        Map.of(
                                "principal",
                                principal,
                                "purpose",
                                organisation + "/" + PURPOSE,
                                "actions",
                                List.of("*"),
                                "buckets",
                                List.of("*")));
        return Map.of(
                "access_key", issued.getOrDefault("accessKey", ""),
                "secret_key", issued.getOrDefault("secret", ""));
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(name).append(" = ").append(value).append('\n');
    }
}
