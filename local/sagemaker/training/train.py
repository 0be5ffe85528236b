"""The entry point of a script-mode training container, without the container.

Does what `train` of the SageMaker training toolkit does: reads the three files in input/config, turns hyperparameters
into arguments and SM_* variables, and becomes the user's script. The script's command goes to file descriptor 3, as
one line of JSON, for the failure reason of the job.
"""

import json
import os
import sys

RESERVED = ("default_user_module_name", "_tuning_objective_metric")


def decoded(text):
    """Hyperparameters travel as JSON text; what is not JSON is meant as it stands."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def argument(value):
    if hasattr(value, "items"):
        return ",".join("%s=%s" % item for item in sorted(value.items()))
    return str(value)


def variable(value):
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def main():
    base = os.environ["SAGEMAKER_BASE_DIR"]

    def inside(*parts):
        return os.path.join(base, *parts)

    def config(name):
        with open(inside("input", "config", name), encoding="utf-8") as file:
            return json.load(file)

    resources = config("resourceconfig.json")
    channels = config("inputdataconfig.json")
    every = {name: decoded(value) for name, value in config("hyperparameters.json").items()}
    user = {k: v for k, v in every.items() if not k.startswith("sagemaker_") and k not in RESERVED}
    program = every["sagemaker_program"]
    directories = {name: inside("input", "data", name) for name in channels}

    arguments = []
    for name in sorted(user):
        arguments += [("--" if len(name) > 1 else "-") + name, argument(user[name])]

    environment = {
        "hosts": resources["hosts"],
        "current_host": resources["current_host"],
        "current_instance_type": resources["current_instance_type"],
        "current_instance_group": resources["current_group_name"],
        "current_instance_group_hosts": resources["hosts"],
        "instance_groups": [group["instance_group_name"] for group in resources["instance_groups"]],
        "instance_groups_dict": {group["instance_group_name"]: group for group in resources["instance_groups"]},
        "distribution_instance_groups": [],
        "is_hetero": False,
        "topology": None,
        "network_interface_name": resources["network_interface_name"],
        "hps": user,
        "framework_module": "sagemaker_sklearn_container.training:main",
        "framework_params": {k: v for k, v in every.items() if k.startswith("sagemaker_")},
        "user_entry_point": program,
        "user_args": arguments,
        "module_name": os.path.splitext(program)[0],
        "module_dir": every.get("sagemaker_submit_directory", inside("code")),
        "log_level": every.get("sagemaker_container_log_level", 20),
        "channels": sorted(channels),
        "input_data_config": channels,
        "resource_config": resources,
        "input_dir": inside("input"),
        "input_config_dir": inside("input", "config"),
        "model_dir": inside("model"),
        "output_dir": inside("output"),
        "output_data_dir": inside("output", "data"),
        "output_intermediate_dir": inside("output", "intermediate"),
        "num_cpus": os.cpu_count(),
        "num_gpus": 0,
        "num_neurons": 0,
    }
    environment["training_env"] = dict(environment, channel_input_dirs=directories)
    for name, value in environment.items():
        os.environ["SM_" + name.upper()] = variable(value)
    for name, path in directories.items():
        os.environ["SM_CHANNEL_" + name.upper()] = path
    for name, value in user.items():
        os.environ["SM_HP_" + name.upper()] = variable(value)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [inside("code"), os.environ.get("PYTHONPATH")]))

    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(inside("code"))
    if program.endswith(".sh"):
        command = ["/bin/sh", "-c", "./%s %s" % (program, " ".join(map(quoted, arguments)))]
    else:
        command = [sys.executable, "-u", program] + arguments
    with open(3, "w", encoding="utf-8") as report:
        report.write(json.dumps(command) + "\n")
    os.execv(command[0], command)


def quoted(text):
    return "'" + text.replace("'", "'\"'\"'") + "'"


if __name__ == "__main__":
    main()
