package org.domicile.proof;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An operator's calls to a server that runs, over its socket. Owned by one thread.
 *
 * @param work a folder for what is sent
 */
record Operator(Server server, Path work) {
    /** An object of flat values that answers a change. */
    Map<String, String> post(String path, Map<String, ?> body)
            throws IOException, InterruptedException {
        return Server.json(call("POST", path, body).getBytes(StandardCharsets.UTF_8));
    }

    /** An object of flat values. */
    Map<String, String> get(String path) throws IOException, InterruptedException {
        return Server.json(call("GET", path, Map.of()).getBytes(StandardCharsets.UTF_8));
    }

    /** What is known of a credential. */
    Map<String, String> credential(String accessKey) throws IOException, InterruptedException {
        return credential(call("GET", "/v1/credentials", Map.of()), accessKey);
    }

    /** A credential of the principal and for the purpose of another. */
    Map<String, String> issue(String like, Map<String, Object> lists)
            throws IOException, InterruptedException {
        Map<String, String> known = credential(like);
        Map<String, Object> body = new LinkedHashMap<>(lists);
        body.put("principal", known.getOrDefault("principal", ""));
        body.put("purpose", known.getOrDefault("purpose", ""));
        return post("/v1/credentials", body);
    }

    private String call(String method, String path, Map<String, ?> body)
            throws IOException, InterruptedException {
        Path sent = work.resolve("body.json");
        Files.writeString(sent, text(body));
        List<String> words =
                new ArrayList<>(
                        List.of(
                                Foreign.program("curl"),
                                "-sS",
                                "--fail-with-body",
                                "--max-time",
                                "30",
                                "--unix-socket",
                                server.socket(),
                                "-H",
                                "Authorization: Bearer " + server.token(),
                                "-X",
                                method));
        if (method.equals("POST")) {
            words.addAll(List.of("--data-binary", "@" + sent));
        }
        words.add("http://localhost" + path);
        return Foreign.command(words.toArray(String[]::new)).done();
    }

    /** The credential of a list that holds a word. */
    private static Map<String, String> credential(String list, String word) throws IOException {
        for (String each : list.split("(?<=\\})", -1)) {
            int from = each.indexOf("{\"accessKey\"");
            if (from >= 0 && each.contains(word)) {
                return Server.json(each.substring(from).getBytes(StandardCharsets.UTF_8));
            }
        }
        throw new IOException("no credential in " + list);
    }

    private static String text(Map<String, ?> body) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            for (Map.Entry<String, ?> each : body.entrySet()) {
                if (each.getValue() instanceof List<?> list) {
                    json.writeArrayFieldStart(each.getKey());
                    for (Object one : list) {
                        json.writeString(String.valueOf(one));
                    }
                    json.writeEndArray();
                } else {
                    json.writeStringField(each.getKey(), String.valueOf(each.getValue()));
                }
            }
            json.writeEndObject();
        }
        return text.toString();
    }
}
