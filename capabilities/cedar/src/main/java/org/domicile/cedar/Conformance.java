package org.domicile.cedar;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs cases with known answers, as Cedar's own project publishes them: a case is a JSON file that
 * names a policy file, an entities file and a schema, says whether the policies are valid, and
 * lists requests with the decision, the determining policies and the erring ones.
 *
 * <p>A folder is searched for cases to any depth. File names in a case are relative to the folder,
 * or to the case itself; their own first folder may have another name than when they were written.
 */
public final class Conformance {
    private final Path root;

    private Conformance(Path root) {
        this.root = root;
    }

    /** A case that failed: its file, and what differed. */
    public record Failure(String name, String problem) {}

    /**
     * @param passed how many cases passed
     * @param requests how many requests were decided, in all cases
     */
    public record Report(int passed, int requests, List<Failure> failed) {
        public Report {
            failed = List.copyOf(failed);
        }
    }

    /**
     * Runs every case under a folder.
     *
     * @throws UncheckedIOException if the folder cannot be read
     */
    public static Report run(Path folder) {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.filter(path -> path.toString().endsWith(".json")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Conformance conformance = new Conformance(folder);
        int passed = 0;
        int requests = 0;
        List<Failure> failed = new ArrayList<>();
        for (Path file : files) {
            String name = folder.relativize(file).toString();
            try {
                int decided = conformance.runCase(file);
                requests += Math.max(decided, 0);
                passed += decided < 0 ? 0 : 1;
            } catch (CedarException | IOException e) {
                failed.add(new Failure(name, String.valueOf(e.getMessage())));
            }
        }
        return new Report(passed, requests, failed);
    }

    /** How many requests it has; less than nothing when the file is no case but entities. */
    private int runCase(Path file) throws IOException, CedarException {
        if (!(Json.parse(Files.readString(file)) instanceof Json.Fields(Map<String, Json> fields))
                || !fields.containsKey("requests")) {
            return -1;
        }
        PolicySet policies = PolicySet.parse(read(fields, "policies", file));
        Schema schema = Schema.parse(read(fields, "schema", file));
        Entities entities = Entities.parse(read(fields, "entities", file), schema);
        Validator.Findings findings = Validator.validate(policies, schema);
        boolean valid = flag(fields.get("shouldValidate"), "shouldValidate");
        if (findings.isValid() != valid) {
            throw new CedarException(
                    valid
                            ? "found the policies invalid, expected valid: " + findings.errors()
                            : "found the policies valid, expected invalid");
        }
        List<Json> requests = many(fields, "requests");
        for (int i = 0; i < requests.size(); i++) {
            String problem = runRequest(requests.get(i), schema, entities, policies);
            if (problem != null) {
                throw new CedarException("request " + i + ": " + problem);
            }
        }
        return requests.size();
    }

    private String read(Map<String, Json> fields, String key, Path file)
            throws IOException, CedarException {
        if (!(fields.get(key) instanceof Json.Text(String written))) {
            throw new CedarException("a case needs `" + key + "`, the name of a file");
        }
        Path named = Path.of(written).normalize();
        if (named.isAbsolute() || named.startsWith("..")) {
            throw new CedarException("`" + written + "` lies outside of the folder");
        }
        Path beside = file.resolveSibling(named.getFileName());
        Path path = root.resolve(named);
        return Files.readString(Files.isRegularFile(path) ? path : beside);
    }

    private static @Nullable String runRequest(
            Json json, Schema schema, Entities entities, PolicySet policies) throws CedarException {
        if (!(json instanceof Json.Fields(Map<String, Json> fields))) {
            throw new CedarException("a request is an object, found " + json.described());
        }
        EntityUid principal = uid(fields, "principal");
        EntityUid action = uid(fields, "action");
        EntityUid resource = uid(fields, "resource");
        Json contextJson = fields.getOrDefault("context", new Json.Fields(Map.of()));
        Value context =
                new EntityReader(schema)
                        .value(contextJson, schema.action(action).context(), "the context");
        if (!(context instanceof Value.Fields record)) {
            throw new CedarException("the context is no record");
        }
        Request request = new Request(principal, action, resource, record);
        Json check = fields.get("validateRequest");
        if (check == null || flag(check, "validateRequest")) {
            schema.check(request);
        }
        Decision decision = Authorizer.decide(request, entities, policies);
        String found =
                shown(
                        decision.isAllowed() ? "allow" : "deny",
                        decision.reasons(),
                        decision.errors().stream().map(Decision.Failure::policy).toList());
        String expected =
                shown(
                        fields.get("decision") instanceof Json.Text(String word) ? word : "",
                        texts(fields, "reason"),
                        texts(fields, "errors"));
        return found.equals(expected) ? null : "found " + found + ", expected " + expected;
    }

    private static String shown(String decision, List<String> reasons, List<String> errors) {
        return decision
                + ", reasons "
                + new TreeSet<>(reasons)
                + ", errors "
                + new TreeSet<>(errors);
    }

    private static EntityUid uid(Map<String, Json> fields, String key) throws CedarException {
        Json json = fields.get(key);
        if (json == null) {
            throw new CedarException("a request needs `" + key + "`");
        }
        return EntityReader.uid(json, "the " + key);
    }

    private static boolean flag(@Nullable Json json, String key) throws CedarException {
        if (json instanceof Json.Flag(boolean value)) {
            return value;
        }
        throw new CedarException("`" + key + "` is a boolean");
    }

    private static List<Json> many(Map<String, Json> fields, String key) throws CedarException {
        if (fields.get(key) instanceof Json.Many(List<Json> elements)) {
            return elements;
        }
        throw new CedarException("`" + key + "` is an array");
    }

    private static List<String> texts(Map<String, Json> fields, String key) throws CedarException {
        List<String> texts = new ArrayList<>();
        for (Json json : many(fields, key)) {
            if (!(json instanceof Json.Text(String text))) {
                throw new CedarException("`" + key + "` holds strings");
            }
            texts.add(text);
        }
        return texts;
    }
}
