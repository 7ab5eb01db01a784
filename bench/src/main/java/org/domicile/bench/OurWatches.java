package org.domicile.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;

/** Watches of our server. */
final class OurWatches implements WatchAlerts.Runner {
    static final String COLUMNS =
            "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"},"
                    + "\"station\":{\"type\":\"string\"},\"level\":{\"type\":\"integer\"},"
                    + "\"at\":{\"type\":\"string\",\"format\":\"date-time\"},"
                    + "\"note\":{\"type\":\"string\"}},"
                    + "\"required\":[\"n\",\"station\",\"level\",\"at\",\"note\"]}";

    private final Ours ours;
    private final Map<String, Object> client;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String login;
    private int made;

    OurWatches(Ours ours, Map<String, Object> client) throws IOException {
        this.ours = ours;
        this.client = client;
        Signer.Credential credential = ours.credential();
        this.login =
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (credential.access() + ":" + credential.secret())
                                                .getBytes(UTF_8));
    }

    @Override
    public String who() {
        return "domicile";
    }

    @Override
    public Map<String, Object> client() {
        return client;
    }

    @Override
    public String state() throws IOException {
        return ask("GET", "/watches/", "");
    }

    private String ask(String method, String path, String body) throws IOException {
        try {
            HttpResponse<String> answer =
                    http.send(
                            HttpRequest.newBuilder(ours.web().resolve(path))
                                    .header("Authorization", login)
                                    .header("Content-Type", "application/json")
                                    .method(method, HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() / 100 != 2) {
                throw new IOException(answer.statusCode() + " " + answer.body());
            }
            return answer.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void make(String from, String to) throws IOException {
        ask("PUT", "/streams/" + from, "{\"partitions\":" + WatchAlerts.PARTITIONS + "}");
        ask("PUT", "/streams/" + to, "{\"partitions\":1}");
        ask(
                "POST",
                "/schemas/subjects/" + from + "-value/versions",
                "{\"schemaType\":\"JSON\",\"schema\":\"" + COLUMNS.replace("\"", "\\\"") + "\"}");
    }

    @Override
    public WatchAlerts.Running run(WatchAlerts.Query query, String from, String to, boolean all)
            throws IOException {
        String at = "/watches/bench" + made++;
        ask(
                "PUT",
                at,
                "{\"sql\":\"%s\",\"to\":\"%s\",\"lateSeconds\":0,\"from\":\"%s\"}"
                        .formatted(
                                query.over("\\\"" + from + "\\\""), to, all ? "beginning" : "now"));
        return () -> {
            ask("DELETE", at, "");
            ask("DELETE", "/streams/" + to, "");
            ask("DELETE", "/streams/" + from, "");
        };
    }

    /** The process that runs watches; unknown while there is none. */
    ServerProcess worker() {
        return ProcessHandle.of(ours.process().pid()).stream()
                .flatMap(ProcessHandle::descendants)
                .filter(OurWatches::watches)
                .findFirst()
                .map(each -> new ServerProcess(each.pid()))
                .orElse(new ServerProcess(0));
    }

    private static boolean watches(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"))
                    .contains("org.domicile.flink.Main");
        } catch (IOException e) {
            return false; // it has ended
        }
    }

    @Override
    public double cpuMicros() throws IOException {
        return ours.process().cpuMicros() + Math.max(0, worker().cpuMicros());
    }
}
