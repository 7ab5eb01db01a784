package org.domicile.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    private final OurWeb web;
    private int made;

    OurWatches(Ours ours, Map<String, Object> client) throws IOException {
        this.ours = ours;
        this.client = client;
        this.web = new OurWeb(ours);
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
        return web.ask("GET", "/watches/", "");
    }

    @Override
    public void make(String from, String to) throws IOException {
        web.ask("PUT", "/streams/" + from, "{\"partitions\":" + WatchAlerts.PARTITIONS + "}");
        web.ask("PUT", "/streams/" + to, "{\"partitions\":1}");
        web.ask(
                "POST",
                "/schemas/subjects/" + from + "-value/versions",
                "{\"schemaType\":\"JSON\",\"schema\":\"" + COLUMNS.replace("\"", "\\\"") + "\"}");
    }

    @Override
    public WatchAlerts.Running run(WatchAlerts.Query query, String from, String to, boolean all)
            throws IOException {
        String at = "/watches/bench" + made++;
        web.ask(
                "PUT",
                at,
                "{\"sql\":\"%s\",\"to\":\"%s\",\"lateSeconds\":0,\"from\":\"%s\"}"
                        .formatted(
                                query.over("\\\"" + from + "\\\""), to, all ? "beginning" : "now"));
        return () -> {
            web.ask("DELETE", at, "");
            web.ask("DELETE", "/streams/" + to, "");
            web.ask("DELETE", "/streams/" + from, "");
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
