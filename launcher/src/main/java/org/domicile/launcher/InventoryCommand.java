package org.domicile.launcher;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** All that lies in a bucket, as an S3 Inventory report lists it. */
@Command(
        name = "inventory",
        description = "List every version and delete marker of a bucket, as S3 Inventory does.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "In CSV every field is quoted, and keys are percent-encoded, as S3 Inventory has them.",
            "Example: ./domicile bucket inventory archive --csv > archive.csv"
        })
final class InventoryCommand extends ServerCommand {
    /** Names of S3 Inventory's fields, and of ours that fill them. */
    private static final List<List<String>> FIELDS =
            List.of(
                    List.of("Bucket", "bucket"),
                    List.of("Key", "key"),
                    List.of("VersionId", "versionId"),
                    List.of("IsLatest", "isLatest"),
                    List.of("IsDeleteMarker", "isDeleteMarker"),
                    List.of("Size", "size"),
                    List.of("LastModifiedDate", "lastModified"),
                    List.of("ETag", "etag"),
                    List.of("IsMultipartUploaded", "isMultipart"),
                    List.of("EncryptionStatus", "encryption"),
                    List.of("ChecksumAlgorithm", "checksumAlgorithm"),
                    List.of("ObjectLockMode", "lockMode"),
                    List.of("ObjectLockRetainUntilDate", "retainUntil"),
                    List.of("ObjectLockLegalHoldStatus", "legalHold"));

    @Parameters(paramLabel = "NAME", description = "The bucket.")
    String name = "";

    @Option(names = "--csv", description = "Comma-separated values, with a line of names first.")
    boolean csv;

    @Override
    public Integer call() {
        PrintWriter out = output().out();
        String path = "/v1/buckets/" + AdminClient.segment(name) + "/inventory";
        long[] seen = new long[1];
        if (csv) {
            out.println(quoted(FIELDS.stream().map(List::getFirst).toList()));
        }
        admin().lines(
                        path,
                        row -> {
                            seen[0]++;
                            out.println(line(row));
                        });
        out.flush();
        if (!csv && !output().json() && seen[0] == 0) {
            out.println("the bucket " + name + " is empty");
            out.flush();
        }
        return 0;
    }

    private String line(Json.Row row) {
        if (output().json()) {
            return row.line();
        }
        if (csv) {
            List<String> fields = new ArrayList<>();
            for (List<String> each : FIELDS) {
                Object value = row.fields().getOrDefault(each.getLast(), "");
                String text = String.valueOf(value);
                fields.add(each.getLast().equals("key") ? AdminClient.segment(text) : text);
            }
            return quoted(fields);
        }
        boolean marker = Boolean.TRUE.equals(row.fields().get("isDeleteMarker"));
        return "%s  %10s  %s%s  %s"
                .formatted(
                        row.text("lastModified"),
                        marker ? "deleted" : Times.size(row.number("size")),
                        row.text("versionId"),
                        Boolean.TRUE.equals(row.fields().get("isLatest")) ? " newest" : "",
                        Table.visible(row.text("key")));
    }

    private static String quoted(List<String> fields) {
        return fields.stream()
                .map(each -> '"' + each.replace("\"", "\"\"") + '"')
                .collect(Collectors.joining(","));
    }
}
