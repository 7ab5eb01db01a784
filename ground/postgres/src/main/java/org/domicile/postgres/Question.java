package org.domicile.postgres;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.domicile.postgres.Syntax.Query;

/** One SELECT about catalogues. Immutable. */
public final class Question {
    private final Query query;
    private final Mentions mentions;

    private Question(Query query) {
        this.query = query;
        this.mentions = Mentions.of(query);
    }

    /**
     * Parses one.
     *
     * @throws SqlError 42601, 0A000 when it is none, or not understood
     */
    public static Question parse(String text) {
        return new Question(Parser.parse(text));
    }

    /** Relations that it names and does not make itself, each as it was written. */
    public Set<List<String>> relations() {
        return new LinkedHashSet<>(mentions.relations());
    }

    /** Functions that it names, in lower case without their schemas. */
    public Set<String> functions() {
        return new LinkedHashSet<>(mentions.functions());
    }

    /** True of one whose every column is a value that stands there: {@code select 1}. */
    public boolean constant() {
        return mentions.constant();
    }

    /**
     * Works out what it means in a world.
     *
     * @param parameters types as the client gave them; {@link PgType#UNKNOWN} where it did not
     * @throws SqlError when a name in it means nothing
     */
    public Ready in(World world, List<PgType> parameters) {
        Asked asked = new Asked(world, parameters);
        Planner.Plan plan = new Planner(asked).query(query, null);
        return new Ready(asked, plan);
    }

    /** A question that can be answered. For one thread. */
    public static final class Ready {
        private final Asked asked;
        private final Planner.Plan plan;

        private Ready(Asked asked, Planner.Plan plan) {
            this.asked = asked;
            this.plan = plan;
        }

        /** Columns of the answer. */
        public List<Field> fields() {
            return List.copyOf(plan.fields());
        }

        /** Types of its parameters, as given or as worked out. */
        public List<PgType> parameters() {
            return asked.parameters();
        }

        /** The answer. @param parameters their values */
        public List<Object[]> rows(List<Object> parameters) {
            asked.begin(parameters);
            return new ArrayList<>(plan.rows(null));
        }
    }
}
