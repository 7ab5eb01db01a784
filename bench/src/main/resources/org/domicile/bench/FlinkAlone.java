import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.TableResult;

/**
 * Flink's SQL over streams, as anybody would run it in one process. Arguments are settings of
 * Flink's. Each line on standard input is "run" with statements behind it, the last of which is a
 * job, or "stop", which ends that; an answer is one line. It ends with its input.
 */
public class FlinkAlone {
    public static void main(String[] settings) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err); // what engines say there is no answer
        Configuration configuration = new Configuration();
        for (String each : settings) {
            String[] words = each.split("=", 2);
            configuration.setString(words[0], words[1]);
        }
        TableResult job = null;
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split("\t");
            if (words[0].equals("run")) {
                TableEnvironment tables =
                        TableEnvironment.create(
                                EnvironmentSettings.newInstance()
                                        .inStreamingMode()
                                        .withConfiguration(configuration)
                                        .build());
                tables.getConfig().set("table.local-time-zone", "UTC");
                for (int i = 1; i < words.length; i++) {
                    job = tables.executeSql(words[i]);
                }
            } else if (job != null) {
                job.getJobClient().orElseThrow().cancel().get();
            }
            out.println("done");
        }
        Runtime.getRuntime().halt(0);
    }
}
