package org.domicile.launcher;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.domicile.policy.Evidence;
import org.domicile.policy.PolicyText;
import org.domicile.verifier.DisclosureFile;

/**
 * A file that {@code disclose --day} wrote, one JSON object a line. Nothing of it is trusted yet.
 *
 * @param evidence registers, policies and documents, by the digests that they claim
 * @param openings by log and place
 */
record DisclosedDay(
        List<Evidence> evidence, Map<String, Map<Long, List<DisclosureFile.Opening>>> openings) {
    /**
     * @throws Problem with the line that cannot be read
     */
    static DisclosedDay read(Path file) {
        DisclosedDay day = new DisclosedDay(new ArrayList<>(), new TreeMap<>());
        int number = 0;
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (!line.isBlank()) {
                    day.add(Json.object(line.getBytes(StandardCharsets.UTF_8)));
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new Problem(
                    "%s, line %d: it is not what 'disclose --day' writes (%s)"
                            .formatted(file, number, e.getMessage()));
        }
        return day;
    }

    private void add(Json.Row row) throws IOException {
        if (!row.text("register").isEmpty()) {
            evidence.add(
                    new Evidence.OfRegister(
                            row.text("register"),
                            row.rows("records").stream()
                                    .map(each ->
                                            new Evidence.Kept(
                                                    bytes(each, "key"), bytes(each, "value")))
                                    .toList()));
        } else if (!row.text("policies").isEmpty()) {
            evidence.add(
                    new Evidence.OfPolicies(
                            row.text("policies"),
                            row.text("schema"),
                            row.text("program"),
                            row.rows("own").stream().map(DisclosedDay::policy).toList()));
        } else if (!row.text("document").isEmpty()) {
            evidence.add(new Evidence.OfDocument(row.text("document"), row.text("text")));
        } else if (!row.text("log").isEmpty()) {
            openings.computeIfAbsent(row.text("log"), log -> new TreeMap<>())
                    .put(
                            row.number("index"),
                            row.rows("openings").stream()
                                    .map(each ->
                                            new DisclosureFile.Opening(
                                                    each.text("field"),
                                                    bytes(each, "salt"),
                                                    each.text("value")))
                                    .toList());
        } else {
            throw new IOException("neither register nor policies nor document nor log");
        }
    }

    private static PolicyText policy(Json.Row row) {
        return new PolicyText(
                row.text("organisation"),
                row.text("name"),
                (int) row.number("version"),
                row.text("digest"),
                row.text("text"),
                Instant.EPOCH,
                false);
    }

    private static byte[] bytes(Json.Row row, String name) {
        return Base64.getDecoder().decode(row.text(name));
    }
}
