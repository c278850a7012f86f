"""A job for spark-submit: prevalence by domain and a logistic regression over Parquet files of any size, as JSON.

    spark-submit --master yarn docs/engines/spark_job.py hdfs:///registry/nights/ out.json

Change the names of the columns to yours. Spark adds up where the rows lie; what comes back to this program is one row per
stratum, PSU and domain. Only this program needs crampstats: Spark's workers run Spark's own sums and no Python.
"""

from __future__ import annotations

import json
import sys

from pyspark.sql import SparkSession

import crampstats as cs


def main(files: str, out: str) -> None:
    spark = SparkSession.builder.appName("cramps").getOrCreate()
    nights = spark.read.parquet(files)
    design = cs.SurveyDesign(nights, strata="stratum", psu="psu", weights="weight")
    prevalence = cs.estimate_prevalence(design, "cramp", by=["sex", "age_band"])
    odds = cs.associate(design, outcome="cramp", exposures=["flag_1"], adjust=["flag_2", "flag_3"])
    with open(out, "w", encoding="utf-8") as file:
        json.dump({"prevalence": json.loads(prevalence.to_json()), "odds_ratios": json.loads(odds.to_json())}, file, indent=1)
    print(prevalence.to_frame()[["sex", "age_band", "estimate", "conf_low", "conf_high", "n"]].to_string(index=False))
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
