import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Spark in local mode. */
public class Engine {
    static SparkSession spark;

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
        spark =
                SparkSession.builder()
                        .master("local[2]")
                        .appName("engines")
                        .config("spark.ui.enabled", "false")
                        .config("spark.sql.shuffle.partitions", "2")
                        .config("spark.driver.host", "127.0.0.1")
                        .config("spark.driver.bindAddress", "127.0.0.1")
                        .config("spark.sql.warehouse.dir", System.getProperty("java.io.tmpdir"))
                        .config(
                                "spark.sql.extensions",
                                "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions")
                        .config("spark.sql.catalog.d", "org.apache.iceberg.spark.SparkCatalog")
                        .config("spark.sql.catalog.d.type", "rest")
                        .config("spark.sql.catalog.d.uri", System.getenv("CATALOG"))
                        .config("spark.sql.catalog.d.credential", System.getenv("CREDENTIAL"))
                        .config("spark.sql.catalog.d.io-impl", "org.apache.iceberg.aws.s3.S3FileIO")
                        .config("spark.sql.catalog.d.cache-enabled", "false")
                        .config(
                                "spark.sql.catalog.d.header.X-Iceberg-Access-Delegation",
                                "vended-credentials")
                        .getOrCreate();
        spark.sparkContext().setLogLevel("ERROR");
    }

    static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    static String where(String[] words) {
        return words[0].equals("read")
                ? ""
                : switch (words[2]) {
                    case "n" -> " where n = " + words[3];
                    case "word" -> " where word like " + quoted(words[3] + "%");
                    case "day" -> " where day = date '" + words[3] + "'";
                    case "at" ->
                            " where at >= timestamp_ntz '%s 00:00:00' and at < timestamp_ntz '%s 00:00:00'"
                                    .formatted(words[3], LocalDate.parse(words[3]).plusDays(1));
                    default -> throw new IllegalArgumentException(words[2]);
                };
    }

    static List<String> answer(String[] words) {
        String table = "d.engines." + words[1];
        List<String> rows = new ArrayList<>();
        switch (words[0]) {
            case "create" -> {
                spark.sql("create namespace if not exists d.engines");
                spark.sql(
                        "create table " + table + " (n bigint, word string, price decimal(9, 2),"
                                + " day date, at timestamp_ntz) using iceberg"
                                + (words.length > 3
                                        ? " partitioned by (day, bucket(4, n), truncate(5, word), days(at))"
                                        : "")
                                + " tblproperties ('format-version' = '" + words[2] + "',"
                                + " 'write.delete.mode' = 'merge-on-read',"
                                + " 'write.update.mode' = 'merge-on-read')");
            }
            case "lineage" -> {
                for (Row row :
                        spark.sql("select n, _row_id, _last_updated_sequence_number from " + table)
                                .collectAsList()) {
                    rows.add(row.mkString("|"));
                }
            }
            case "read", "find" -> {
                for (Row row :
                        spark.sql("select n, word, cast(price as string), cast(day as string),"
                                        + " date_format(at, 'yyyy-MM-dd HH:mm:ss.SSSSSS') from "
                                        + table
                                        + where(words))
                                .collectAsList()) {
                    rows.add(row.mkString("|"));
                }
            }
            case "insert" -> {
                List<String> values = new ArrayList<>();
                for (int i = 2; i < words.length; i += 5) {
                    values.add(
                            "(%s, %s, cast('%s' as decimal(9, 2)), date '%s', timestamp_ntz '%s')"
                                    .formatted(
                                            words[i],
                                            quoted(words[i + 1]),
                                            words[i + 2],
                                            words[i + 3],
                                            words[i + 4]));
                }
                spark.sql("insert into " + table + " values " + String.join(", ", values));
            }
            case "update" ->
                    spark.sql("update " + table + " set word = " + quoted(words[3])
                            + " where n = " + words[2]);
            case "delete" -> spark.sql("delete from " + table + " where n = " + words[2]);
            default -> throw new IllegalArgumentException(words[0]);
        }
        return rows;
    }
}
