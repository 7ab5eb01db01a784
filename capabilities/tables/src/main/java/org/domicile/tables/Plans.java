package org.domicile.tables;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.rest.PlanStatus;
import org.apache.iceberg.rest.requests.FetchScanTasksRequestParser;
import org.apache.iceberg.rest.responses.FetchPlanningResultResponse;
import org.apache.iceberg.rest.responses.FetchPlanningResultResponseParser;
import org.apache.iceberg.rest.responses.FetchScanTasksResponse;
import org.apache.iceberg.rest.responses.FetchScanTasksResponseParser;
import org.apache.iceberg.rest.responses.PlanTableScanResponse;
import org.apache.iceberg.rest.responses.PlanTableScanResponseParser;

/**
 * Plans that clients come back to, in memory: at most {@code MOST}, of about {@code MOST_BYTES} all
 * of them, for {@code REMEMBERED}; the oldest gives way, and the newest stays whatever it has. What
 * one takes while it is made, and what a page of it takes as a text, is its caller's memory's to
 * bound. The lock guards the map; a plan does not change.
 */
final class Plans {
    static final int PAGE = 1_000;
    private static final int MOST = 256;
    private static final long MOST_BYTES = 32L << 20;
    private static final Duration REMEMBERED = Duration.ofMinutes(10);

    private final InstantSource clock;
    private final Supplier<String> ids;
    private final LinkedHashMap<String, Held> plans = new LinkedHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private long bytes;

    private record Held(
            String organisation, String table, Instant made, Scans.Tasks tasks, long bytes) {}

    Plans(InstantSource clock, Supplier<String> ids) {
        this.clock = clock;
        this.ids = ids;
    }

    @SuppressWarnings("deprecation") // what replaces the partitionings comes with 1.12
    Plan add(Warehouse warehouse, String table, Scans.Tasks tasks, Memory memory) {
        String id = ids.get();
        Held held =
                new Held(
                        warehouse.organisation(),
                        table,
                        clock.instant(),
                        tasks,
                        cost(tasks.files()));
        List<FileScanTask> first = page(held, 0);
        memory.take(text(first)); // before it is remembered
        lock.lock();
        try {
            plans.put(id, held);
            bytes += held.bytes();
            while (plans.size() > MOST || bytes > MOST_BYTES && plans.size() > 1) {
                Map.Entry<String, Held> oldest = plans.firstEntry();
                plans.remove(oldest.getKey());
                bytes -= oldest.getValue().bytes();
            }
        } finally {
            lock.unlock();
        }
        return new Plan(
                id,
                PlanTableScanResponseParser.toJson(
                        PlanTableScanResponse.builder()
                                .withPlanStatus(PlanStatus.COMPLETED)
                                .withPlanId(id)
                                .withFileScanTasks(first)
                                .withDeleteFiles(deletes(first))
                                .withPlanTasks(names(id, held))
                                .withSpecsById(tasks.specs())
                                .build()));
    }

    private static long cost(List<FileScanTask> tasks) {
        return tasks.stream().mapToLong(Scans::costOfTask).sum();
    }

    /** What the answer with them takes, about: the text, and its bytes on their way. */
    private static long text(List<FileScanTask> page) {
        return 2 * cost(page);
    }

    private static List<FileScanTask> page(Held held, int page) {
        List<FileScanTask> all = held.tasks().files();
        int from = Math.min(all.size(), page * PAGE);
        return all.subList(from, Math.min(all.size(), from + PAGE));
    }

    /** Of the pages behind the first. */
    private static List<String> names(String id, Held held) {
        List<String> names = new ArrayList<>();
        int pages = (held.tasks().files().size() + PAGE - 1) / PAGE;
        for (int page = 1; page < pages; page++) {
            names.add(id + "-" + page);
        }
        return names;
    }

    private static List<DeleteFile> deletes(List<FileScanTask> tasks) {
        return tasks.stream().flatMap(each -> each.deletes().stream()).distinct().toList();
    }

    private Held held(Warehouse warehouse, String table, String plan, Refusal.Kind kind) {
        lock.lock();
        try {
            Held held = plans.get(plan);
            if (held == null
                    || !held.organisation().equals(warehouse.organisation())
                    || !held.table().equals(table)
                    || held.made().plus(REMEMBERED).isBefore(clock.instant())) {
                throw new Refusal(kind, "There is no such plan (any more); plan again");
            }
            return held;
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("deprecation")
    String planned(Warehouse warehouse, String table, String plan, Memory memory) {
        Held held = held(warehouse, table, plan, Refusal.Kind.NO_SUCH_PLAN);
        List<FileScanTask> first = page(held, 0);
        memory.take(text(first));
        return FetchPlanningResultResponseParser.toJson(
                FetchPlanningResultResponse.builder()
                        .withPlanStatus(PlanStatus.COMPLETED)
                        .withFileScanTasks(first)
                        .withDeleteFiles(deletes(first))
                        .withPlanTasks(names(plan, held))
                        .withSpecsById(held.tasks().specs())
                        .build());
    }

    @SuppressWarnings("deprecation")
    String tasks(Warehouse warehouse, String table, String asked, Memory memory) {
        String task = Document.read(asked, FetchScanTasksRequestParser::fromJson).planTask();
        int end = task == null ? -1 : task.lastIndexOf('-');
        int number;
        try {
            number = end < 0 ? 0 : Integer.parseInt(task.substring(end + 1));
        } catch (NumberFormatException e) {
            number = 0;
        }
        if (task == null || number < 1) {
            throw new Refusal(Refusal.Kind.NO_SUCH_TASK, "There is no such task of a plan");
        }
        Held held = held(warehouse, table, task.substring(0, end), Refusal.Kind.NO_SUCH_TASK);
        List<FileScanTask> page = page(held, number);
        if (page.isEmpty()) {
            throw new Refusal(Refusal.Kind.NO_SUCH_TASK, "There is no such task of this plan");
        }
        memory.take(text(page));
        return FetchScanTasksResponseParser.toJson(
                FetchScanTasksResponse.builder()
                        .withFileScanTasks(page)
                        .withDeleteFiles(deletes(page))
                        .withSpecsById(held.tasks().specs())
                        .build());
    }

    void cancel(Warehouse warehouse, String table, String plan) {
        held(warehouse, table, plan, Refusal.Kind.NO_SUCH_PLAN);
        lock.lock();
        try {
            Held gone = plans.remove(plan);
            bytes -= gone == null ? 0 : gone.bytes();
        } finally {
            lock.unlock();
        }
    }

    void sweep() {
        Instant now = clock.instant();
        lock.lock();
        try {
            plans.values().removeIf(each -> each.made().plus(REMEMBERED).isBefore(now));
            bytes = plans.values().stream().mapToLong(Held::bytes).sum();
        } finally {
            lock.unlock();
        }
    }
}
