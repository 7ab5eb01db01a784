import io.trino.Session;
import io.trino.plugin.iceberg.IcebergPlugin;
import io.trino.testing.MaterializedRow;
import io.trino.testing.StandaloneQueryRunner;
import io.trino.testing.TestingSession;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Trino, one node in this process. */
public class Engine {
    static StandaloneQueryRunner trino;

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err); // what engines say there is no answer
        begin();
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            try {
                for (String row : answer(line.split("\t"))) {
                    out.println("row\t" + row);
                }
                out.println("done");
            } catch (Exception | LinkageError e) {
                e.printStackTrace();
                StringBuilder why = new StringBuilder();
                for (Throwable each = e; each != null && why.length() < 2_000; each = each.getCause()) {
                    why.append(each).append("; ");
                }
                out.println("failed\t" + why.toString().replaceAll("\\s+", " "));
            }
        }
        System.exit(0);
    }

    static void begin() {
        Session session =
                TestingSession.testSessionBuilder().setCatalog("d").setSchema("engines").build();
        trino = new StandaloneQueryRunner(session);
        trino.installPlugin(new IcebergPlugin());
        Map<String, String> properties = new HashMap<>();
        properties.put("iceberg.catalog.type", "rest");
        properties.put("iceberg.rest-catalog.uri", System.getenv("CATALOG"));
        properties.put("iceberg.rest-catalog.security", "OAUTH2");
        properties.put("iceberg.rest-catalog.oauth2.credential", System.getenv("CREDENTIAL"));
        properties.put(
                "iceberg.rest-catalog.oauth2.server-uri",
                System.getenv("CATALOG") + "/v1/oauth/tokens");
        properties.put("iceberg.rest-catalog.vended-credentials-enabled", "true");
        properties.put("fs.native-s3.enabled", "true");
        // so that each reading opens its files, which are counted
        properties.put("iceberg.metadata-cache.enabled", "false");
        properties.put("s3.endpoint", System.getenv("FILES"));
        properties.put("s3.path-style-access", "true");
        properties.put("s3.region", System.getenv("REGION"));
        trino.createCatalog("d", "iceberg", properties);
    }

    static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    static String where(String[] words) {
        return words[0].equals("read")
                ? ""
                : switch (words[2]) {
                    case "n" -> " where n = " + words[3];
                    case "word" -> " where word like " + quoted(words[3] + "%");
                    case "day" -> " where day = date '" + words[3] + "'";
                    case "at" ->
                            " where at >= timestamp '%s 00:00:00' and at < timestamp '%s 00:00:00'"
                                    .formatted(words[3], LocalDate.parse(words[3]).plusDays(1));
                    default -> throw new IllegalArgumentException(words[2]);
                };
    }

    static List<String> answer(String[] words) {
        if (words[0].equals("sql")) {
            return trino.execute(words[1]).getMaterializedRows().stream()
                    .map(row ->
                            row.getFields().stream()
                                    .map(String::valueOf)
                                    .collect(Collectors.joining("|")))
                    .toList();
        }
        String table = "d.engines." + words[1];
        List<String> rows = new ArrayList<>();
        switch (words[0]) {
            case "create" -> {
                trino.execute("create schema if not exists d.engines");
                trino.execute(
                        "create table " + table + " (n bigint, word varchar, price decimal(9, 2),"
                                + " day date, at timestamp(6)) with (format_version = "
                                + words[2]
                                + (words.length > 3
                                        ? ", partitioning = array['day', 'bucket(n, 4)', 'truncate(word, 5)', 'day(at)']"
                                        : "")
                                + ")");
            }
            case "lineage" -> {
                for (MaterializedRow row :
                        trino.execute("select n, \"$row_id\", \"$last_updated_sequence_number\" from " + table)) {
                    rows.add(
                            row.getFields().stream()
                                    .map(String::valueOf)
                                    .collect(Collectors.joining("|")));
                }
            }
            case "read", "find" -> {
                for (MaterializedRow row :
                        trino.execute("select n, word, cast(price as varchar), cast(day as varchar),"
                                + " cast(at as varchar) from " + table + where(words))) {
                    rows.add(
                            row.getFields().stream()
                                    .map(String::valueOf)
                                    .collect(Collectors.joining("|")));
                }
            }
            case "insert" -> {
                List<String> values = new ArrayList<>();
                for (int i = 2; i < words.length; i += 5) {
                    values.add(
                            "(%s, %s, decimal '%s', date '%s', timestamp '%s')"
                                    .formatted(
                                            words[i],
                                            quoted(words[i + 1]),
                                            words[i + 2],
                                            words[i + 3],
                                            words[i + 4]));
                }
                trino.execute("insert into " + table + " values " + String.join(", ", values));
            }
            case "update" ->
                    trino.execute("update " + table + " set word = " + quoted(words[3])
                            + " where n = " + words[2]);
            case "delete" -> trino.execute("delete from " + table + " where n = " + words[2]);
            default -> throw new IllegalArgumentException(words[0]);
        }
        return rows;
    }
}
