package org.domicile.proof;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.domicile.cedar.EntityUid;

/**
 * Random cases of Cedar, decided and validated by our engine and by Cedar's own. A case is one
 * request against one set of policies; some requests share a set, and some sets a world.
 *
 * <p>A block of cases depends on the seed and on its number alone, so that a run with more
 * processes, or of one block, decides the same.
 */
final class Differential {
    private static final int WORLDS = 10;
    private static final int SETS = 10;
    private static final int REQUESTS = 20;

    /** How many requests a block has. */
    static final int BLOCK = WORLDS * SETS * REQUESTS;

    private static final int MOST_PROCESSES = 4;
    private static final int MOST_SHOWN = 5;
    private static final int SHRINKING = 4_000;

    private final long seed;
    private final Consumer<String> told;
    private final AtomicLong nextBlock = new AtomicLong();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong sets = new AtomicLong();
    private final AtomicLong valid = new AtomicLong();
    private final AtomicLong allowed = new AtomicLong();
    private final AtomicLong erred = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final List<String> differences = new ArrayList<>();

    Differential(long seed, Consumer<String> told) {
        this.seed = seed;
        this.told = told;
    }

    /** Decides at least so many requests. */
    Figures run(int count) throws IOException, InterruptedException {
        long blocks = (count + BLOCK - 1L) / BLOCK;
        int processes =
                (int)
                        Math.min(
                                blocks,
                                Math.min(
                                        MOST_PROCESSES,
                                        Runtime.getRuntime().availableProcessors()));
        long begin = System.nanoTime();
        try (ExecutorService lanes = Executors.newFixedThreadPool(Math.max(1, processes))) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < processes; i++) {
                running.add(
                        lanes.submit(() -> {
                            work(blocks);
                            return null;
                        }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException("a lane failed", e.getCause());
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        told.accept("%,d requests in %.0f s".formatted(requests.get(), seconds));
        Map<String, Long> more = new LinkedHashMap<>();
        more.put("sets of policies", sets.get());
        more.put("valid", valid.get());
        more.put("allowed", allowed.get());
        more.put("with errors", erred.get());
        more.put("refused", refused.get());
        more.put("seconds", Math.round(seconds));
        synchronized (differences) {
            return new Figures(
                    "differential",
                    (int) (requests.get() - differences.size()),
                    differences.size(),
                    0,
                    more,
                    seed,
                    differences);
        }
    }

    private void work(long blocks) throws IOException, InterruptedException {
        try (OtherCedar other = OtherCedar.start()) {
            for (long block = nextBlock.getAndIncrement();
                    block < blocks;
                    block = nextBlock.getAndIncrement()) {
                List<CedarCase> cases = cases(block);
                List<String> theirs = other.say(cases);
                for (int i = 0; i < cases.size(); i++) {
                    judge(block, cases.get(i), theirs.get(i), other);
                }
                if (block % 50 == 49) {
                    told.accept("%,d requests, %d differences".formatted(requests.get(), found()));
                }
            }
        }
    }

    private int found() {
        synchronized (differences) {
            return differences.size();
        }
    }

    private void judge(long block, CedarCase one, String theirs, OtherCedar other) {
        String ours = one.ours();
        sets.incrementAndGet();
        requests.addAndGet(one.requests().size());
        valid.addAndGet(ours.startsWith("invalid []") ? 1 : 0);
        for (String part : ours.split("\t", -1)) {
            allowed.addAndGet(part.startsWith("allow") ? 1 : 0);
            erred.addAndGet(part.matches("(allow|deny) .*") && !part.endsWith(" []") ? 1 : 0);
            refused.addAndGet(part.equals(CedarCase.REFUSED) ? 1 : 0);
        }
        if (ours.equals(theirs)) {
            return;
        }
        CedarCase small = found() < MOST_SHOWN ? shrunk(one, other) : one;
        synchronized (differences) {
            differences.add(
                    "seed %d, block %d: ours %s, theirs %s%n%s"
                            .formatted(seed, block, small.ours(), other.say(small), small));
        }
    }

    /** The same difference, or another, with less around it. */
    private static CedarCase shrunk(CedarCase one, OtherCedar other) {
        CedarCase smallest = one;
        int tries = 0;
        boolean shrank = true;
        while (shrank && tries < SHRINKING) {
            shrank = false;
            for (CedarCase smaller : smallest.smaller()) {
                tries++;
                if (!smaller.ours().equals(other.say(smaller))) {
                    smallest = smaller;
                    shrank = true;
                    break;
                }
            }
        }
        return smallest;
    }

    /** The cases of a block. */
    List<CedarCase> cases(long block) {
        SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + block);
        List<CedarCase> cases = new ArrayList<>(WORLDS * SETS);
        for (int i = 0; i < WORLDS; i++) {
            RandomWorld world = new RandomWorld(random);
            String schema = world.schema();
            List<String> entities = world.entities();
            for (int j = 0; j < SETS; j++) {
                cases.add(policies(random, world, schema, entities));
            }
        }
        return cases;
    }

    private static CedarCase policies(
            SplittableRandom random, RandomWorld world, String schema, List<String> entities) {
        Map<String, Term> policies = new LinkedHashMap<>();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            policies.put("policy" + i, new RandomPolicy(random, world).policy());
        }
        Map<String, Term> templates = new LinkedHashMap<>();
        List<CedarCase.Linked> links = new ArrayList<>();
        if (random.nextInt(4) == 0) {
            RandomPolicy policy = new RandomPolicy(random, world);
            int slots = 1 + random.nextInt(3);
            boolean ofPrincipal = (slots & 1) != 0;
            boolean ofResource = (slots & 2) != 0;
            templates.put("template", policy.template(ofPrincipal, ofResource));
            for (int i = random.nextInt(3); i > 0; i--) {
                Map<String, EntityUid> values = new LinkedHashMap<>();
                if (ofPrincipal) {
                    values.put("?principal", world.uid(policy.principalType()));
                }
                if (ofResource) {
                    values.put("?resource", world.uid(policy.resourceType()));
                }
                links.add(new CedarCase.Linked("template", "link" + i, values));
            }
        }
        List<CedarCase.Asked> requests = new ArrayList<>(REQUESTS);
        for (int i = 0; i < REQUESTS; i++) {
            requests.add(world.request());
        }
        return new CedarCase(schema, entities, policies, templates, links, requests);
    }
}
