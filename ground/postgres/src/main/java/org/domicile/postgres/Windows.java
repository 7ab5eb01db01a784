package org.domicile.postgres;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.domicile.postgres.Scope.Extra.Windowed;

/** One function over a window, for all rows. */
final class Windows {
    private final Asked asked;
    private final Windowed window;
    private final int place;

    /**
     * @param place of its results among a row's extras
     */
    Windows(Asked asked, Windowed window, int place) {
        this.asked = asked;
        this.window = window;
        this.place = place;
    }

    void fill(List<Env> rows) {
        Map<Object, List<Env>> parts = new LinkedHashMap<>();
        for (Env row : rows) {
            asked.step();
            List<Object> key = new ArrayList<>();
            window.partition().forEach(each -> key.add(Values.key(each.at(row))));
            parts.computeIfAbsent(key, k -> new ArrayList<>()).add(row);
        }
        for (List<Env> part : parts.values()) {
            part.sort((a, b) -> Planner.compare(window.order(), a, b));
            fillPart(part);
        }
    }

    private void fillPart(List<Env> part) {
        String name = window.call().name().getLast();
        switch (name) {
            case "row_number" -> {
                for (int i = 0; i < part.size(); i++) {
                    part.get(i).extras()[place] = i + 1L;
                }
            }
            case "rank", "dense_rank" -> {
                long rank = 0;
                for (int i = 0; i < part.size(); i++) {
                    boolean next = i == 0 || !peers(part.get(i - 1), part.get(i));
                    if (next) {
                        rank = name.equals("rank") ? i + 1L : rank + 1;
                    }
                    part.get(i).extras()[place] = rank;
                }
            }
            case "lag", "lead", "first_value", "last_value" -> {
                for (int i = 0; i < part.size(); i++) {
                    int at =
                            switch (name) {
                                case "lag" -> i - 1;
                                case "lead" -> i + 1;
                                case "first_value" -> 0;
                                default -> i;
                            };
                    part.get(i).extras()[place] =
                            at >= 0 && at < part.size()
                                    ? window.arguments().getFirst().at(part.get(at))
                                    : Missing.NULL;
                }
            }
            default -> totals(name, part);
        }
    }

    private boolean peers(Env one, Env other) {
        return Planner.compare(window.order(), one, other) == 0;
    }

    /** An aggregate: of all the part, or up to the row and its peers where there is an order. */
    private void totals(String name, List<Env> part) {
        Aggregates.Kind kind =
                Aggregates.of(asked, name, window.arguments(), window.call().distinct());
        List<List<Object>> values = new ArrayList<>();
        for (Env row : part) {
            values.add(window.arguments().stream().map(each -> each.at(row)).toList());
        }
        int end = window.order().isEmpty() ? part.size() : 0;
        for (int i = 0; i < part.size(); i++) {
            asked.step();
            if (i < end && i > 0) {
                part.get(i).extras()[place] = part.get(i - 1).extras()[place];
                continue;
            }
            end = Math.max(end, i + 1);
            while (end < part.size() && peers(part.get(i), part.get(end))) {
                end++;
            }
            part.get(i).extras()[place] = kind.of(values.subList(0, end));
        }
    }
}
