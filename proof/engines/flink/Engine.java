import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/** Flink's SQL in batches, on a small cluster in this process. */
public class Engine {
    static TableEnvironment flink;

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
        flink = TableEnvironment.create(EnvironmentSettings.newInstance().inBatchMode().build());
        flink.getConfig().set("parallelism.default", "1");
        flink.executeSql(
                "create catalog d with ('type' = 'iceberg', 'catalog-type' = 'rest', 'uri' = '"
                        + System.getenv("CATALOG")
                        + "', 'credential' = '"
                        + System.getenv("CREDENTIAL")
                        + "', 'io-impl' = 'org.apache.iceberg.aws.s3.S3FileIO',"
                        + " 'cache-enabled' = 'false',"
                        + " 'header.X-Iceberg-Access-Delegation' = 'vended-credentials')");
    }

    static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    static String where(String[] words) {
        return !words[0].equals("find")
                ? ""
                : switch (words[2]) {
                    case "n" -> " where n = " + words[3];
                    case "word" -> " where word like " + quoted(words[3] + "%");
                    case "day" -> " where `day` = date '" + words[3] + "'";
                    case "at" ->
                            " where `at` >= timestamp '%s 00:00:00' and `at` < timestamp '%s 00:00:00'"
                                    .formatted(words[3], LocalDate.parse(words[3]).plusDays(1));
                    default -> throw new IllegalArgumentException(words[2]);
                };
    }

    static List<String> answer(String[] words) throws Exception {
        String table = "d.engines." + words[1];
        List<String> rows = new ArrayList<>();
        switch (words[0]) {
            case "create" -> {
                flink.executeSql("create database if not exists d.engines");
                flink.executeSql(
                        "create table " + table + " (n bigint, word string, price decimal(9, 2),"
                                + " `day` date, `at` timestamp(6))"
                                + (words.length > 3
                                        ? " partitioned by (`day`, bucket(4, n), truncate(5, word), days(`at`))"
                                        : "")
                                + " with ('format-version' = '"
                                + words[2] + "')");
            }
            case "read", "find", "lineage" -> {
                try (CloseableIterator<Row> found =
                        flink.executeSql(
                                        (words[0].equals("lineage")
                                                        ? "select n, _row_id, _last_updated_sequence_number from "
                                                        : "select n, word, cast(price as string), cast(`day` as string),"
                                                                + " cast(`at` as string) from ")
                                                + table
                                                + where(words))
                                .collect()) {
                    while (found.hasNext()) {
                        Row row = found.next();
                        rows.add(
                                IntStream.range(0, row.getArity())
                                        .mapToObj(each -> String.valueOf(row.getField(each)))
                                        .collect(Collectors.joining("|")));
                    }
                }
            }
            case "insert" -> {
                List<String> values = new ArrayList<>();
                for (int i = 2; i < words.length; i += 5) {
                    values.add(
                            "(cast(%s as bigint), %s, cast('%s' as decimal(9, 2)), date '%s', timestamp '%s')"
                                    .formatted(
                                            words[i],
                                            quoted(words[i + 1]),
                                            words[i + 2],
                                            words[i + 3],
                                            words[i + 4]));
                }
                flink.executeSql("insert into " + table + " values " + String.join(", ", values))
                        .await();
            }
            case "update" ->
                    flink.executeSql("update " + table + " set word = " + quoted(words[3])
                                    + " where n = " + words[2])
                            .await();
            case "delete" ->
                    flink.executeSql("delete from " + table + " where n = " + words[2]).await();
            default -> throw new IllegalArgumentException(words[0]);
        }
        return rows;
    }
}
