package org.domicile.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.domicile.bytes.StorageFailure;

/** Verifies a repository: the bytes of every object, and that each snapshot has all of its own. */
public final class Check {
    private static final int MOST_NAMED = 100;

    private final Repository repository;
    private final Set<String> damaged = new HashSet<>();

    /** Lists that were walked, and what is wrong below them. */
    private final Map<String, List<String>> walked = new HashMap<>();

    private Check(Repository repository) {
        this.repository = repository;
    }

    /**
     * What was found.
     *
     * @param objects that were read @param bytes of them
     * @param faults by snapshot, sentences; none for one that is whole. At most a hundred for each
     */
    public record Report(long objects, long bytes, Map<String, List<String>> faults) {
        /** Whether every snapshot is whole. */
        public boolean sound() {
            return faults.values().stream().allMatch(List::isEmpty);
        }
    }

    /** How many bytes there are to read. */
    public static long bytes(Repository repository) throws IOException {
        long[] bytes = new long[1];
        repository.each((_, file) -> bytes[0] += Files.size(file));
        return bytes[0];
    }

    /** Reads everything once. */
    public static Report run(Repository repository, Rate rate, Meter meter) throws IOException {
        return new Check(repository).report(rate, meter);
    }

    private Report report(Rate rate, Meter meter) throws IOException {
        long[] read = new long[2];
        repository.each((hash, file) -> {
            String sum =
                    Repository.sum(
                            repository.disk(),
                            file,
                            rate,
                            count -> {
                                read[1] += count;
                                meter.moved(count, hash);
                            });
            read[0]++;
            if (!sum.equals(hash)) {
                damaged.add(hash);
            }
        });
        Map<String, List<String>> faults = new TreeMap<>();
        for (String id : repository.ids()) {
            faults.put(id, faults(id));
        }
        return new Report(read[0], read[1], faults);
    }

    private List<String> faults(String id) throws IOException {
        try {
            List<String> all = below(repository.snapshot(id).tree(), "");
            return all.subList(0, Math.min(all.size(), MOST_NAMED));
        } catch (StorageFailure e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    private List<String> below(String list, String path) throws IOException {
        List<String> known = walked.get(list);
        if (known != null) {
            return known;
        }
        List<String> faults = new ArrayList<>();
        try {
            for (Item item : Item.parse(repository.list(list))) {
                String shown = path.isEmpty() ? item.name() : path + "/" + item.name();
                switch (item) {
                    case Item.Directory(String _, String hash) -> faults.addAll(below(hash, shown));
                    case Item.File(String _, String hash, long size, long _) -> {
                        if (!repository.has(hash, size)) {
                            faults.add(shown + " is missing, or has another size");
                        } else if (damaged.contains(hash)) {
                            faults.add(shown + " is damaged");
                        }
                    }
                }
            }
        } catch (StorageFailure e) {
            faults.add(String.valueOf(e.getMessage()));
        }
        walked.put(list, faults);
        return faults;
    }
}
